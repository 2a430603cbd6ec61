FROM python:3.14
COPY . /app
HEALTHCHECK --interval=30s --timeout=10s \
  CMD curl -fsS "http://localhost:${PORT:-8000}/health/ready" || exit 1
CMD ["python", "-m", "app"]

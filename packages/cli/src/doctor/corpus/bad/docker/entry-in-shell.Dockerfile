# expects: signal-not-handed-on
FROM python:3.14-slim
# gets no arguments: its shell is not told of them
ENTRYPOINT python -m app
CMD ["--port", "8080"]

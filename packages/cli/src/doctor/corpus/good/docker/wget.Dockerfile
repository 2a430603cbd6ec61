FROM alpine:3
COPY app /app
HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/healthz > /dev/null || exit 1
CMD ["/app"]

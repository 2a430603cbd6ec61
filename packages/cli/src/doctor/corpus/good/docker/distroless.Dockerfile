FROM gcr.io/distroless/nodejs22-debian12:nonroot
COPY . /app
HEALTHCHECK CMD ["/nodejs/bin/node", "/app/node_modules/hale/dist/probe/main.cjs", "http://127.0.0.1:8080/health/live"]

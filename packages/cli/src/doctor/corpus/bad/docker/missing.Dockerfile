# expects: healthcheck-program-missing
FROM node:22 AS build
RUN curl -fsS https://registry.example/x
FROM --platform=linux/amd64 node:22-slim AS base
WORKDIR /app
FROM base
COPY --from=build /app .
# Neither is there.
HEALTHCHECK --start-period=1m CMD ["wget", "-q", "--spider", "http://localhost:8080/health/live"]

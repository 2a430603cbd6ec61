ARG VERSION=22
FROM node:${VERSION}-slim AS build
RUN npm ci

FROM debian:12-slim AS base
RUN apt-get update && apt-get install -y --no-install-recommends \
      ca-certificates curl \
    && rm -rf /var/lib/apt/lists/*

FROM base
COPY --from=build /app /app
HEALTHCHECK CMD curl -f http://localhost:8080/health/live || exit 1

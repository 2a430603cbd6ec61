# expects: healthcheck-program-missing
FROM gcr.io/distroless/nodejs22-debian12
HEALTHCHECK CMD node probe.js || exit 1

# expects: healthcheck-hides-failure, shared-dependency
FROM alpine
HEALTHCHECK CMD wget -q --spider http://api.example.com/ ; exit 0
CMD ["serve"]

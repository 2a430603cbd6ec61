# expects: healthcheck-hides-failure
FROM node:24
HEALTHCHECK --interval=30s \
  --timeout=3s \
  CMD ["curl", "-s", "http://localhost:3000/health/live"]
CMD ["node", "main.js"]

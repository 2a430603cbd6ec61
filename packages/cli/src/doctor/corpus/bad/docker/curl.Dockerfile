# expects: healthcheck-hides-failure
FROM node:24
COPY . .
# whoever has curl
HEALTHCHECK --interval=30s CMD curl http://localhost:3000/health/live || exit 1
CMD ["node", "main.js"]

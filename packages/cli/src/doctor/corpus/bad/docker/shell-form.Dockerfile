# expects: signal-not-handed-on
FROM node:24 AS base
CMD ["npm", "run", "dev"]
FROM base
COPY . .
# the service itself
CMD node --enable-source-maps dist/main.js

# expects: signal-not-handed-on
FROM node:24-slim
COPY . .
# tini hands the signal to npm alone
ENTRYPOINT ["/usr/bin/tini", "-s", "--"]
CMD ["npm", "run", "start:prod"]

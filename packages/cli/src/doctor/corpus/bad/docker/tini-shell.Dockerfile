# expects: signal-not-handed-on
FROM node:24
ENTRYPOINT ["tini", "--"]
CMD node \
  main.js

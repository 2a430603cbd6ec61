FROM node:24
COPY . .
ENTRYPOINT ["docker-entrypoint.sh"]
CMD npm run migrate && exec node main.js

FROM node:24-alpine
COPY . .
CMD npm start

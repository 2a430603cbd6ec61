FROM node:24 AS base
CMD npm start
FROM base
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl -fsS https://registry.example/x | tar x
ENTRYPOINT node main.js

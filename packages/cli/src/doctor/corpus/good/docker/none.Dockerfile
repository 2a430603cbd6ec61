FROM registry.example/base-with-check:1
HEALTHCHECK NONE
CMD ["serve"]

# expects: signal-not-handed-on
FROM registry.example/base:1
SHELL ["/bin/sh", "-ec"]
ENTRYPOINT node migrate.js && node main.js

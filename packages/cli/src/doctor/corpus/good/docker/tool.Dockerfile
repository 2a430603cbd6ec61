ARG VERSION=3
FROM alpine:${VERSION}
RUN apk add --no-cache curl && curl http://example.com/install.sh -o /install.sh || true
ENTRYPOINT ["/usr/bin/tool"]

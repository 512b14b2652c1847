# The gateway's image: the executable, the libraries that it is linked to, and nothing else. See docs/deployment.md.
ARG BUILD_IMAGE=node:24-bookworm-slim
ARG BASE_IMAGE=debian:bookworm-slim

FROM ${BUILD_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY scripts/compile.ts scripts/compile.ts
COPY scripts/compile scripts/compile
COPY src src
# What `mailchute version` says; there is no repository in here to ask.
ARG MAILCHUTE_COMMIT=
ARG SOURCE_DATE_EPOCH=
RUN node_modules/.bin/node scripts/compile.ts

FROM ${BASE_IMAGE} AS root
COPY --from=build /build/dist/mailchute /build/dist/mailchute-licenses.txt /build/
COPY scripts/deploy/make-image-root.sh /build/
RUN sh /build/make-image-root.sh /build /image

FROM scratch
COPY --from=root /image/system/ /
COPY --from=root --chown=10001:10001 /image/state/ /var/lib/
ARG MAILCHUTE_COMMIT=
LABEL org.opencontainers.image.title="mailchute" \
      org.opencontainers.image.description="Mail ingest gateway: SMTP and HTTP in, a durable queue out" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.revision="${MAILCHUTE_COMMIT}"
ENV MAILCHUTE_SMTP_PORT=2525 \
    MAILCHUTE_HTTP_PORT=8485 \
    MAILCHUTE_QUEUE_PATH=/var/lib/mailchute/mailchute.db
USER 10001:10001
WORKDIR /var/lib/mailchute
VOLUME ["/var/lib/mailchute"]
EXPOSE 2525 8485
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s --retries=3 CMD ["/usr/bin/mailchute", "healthcheck"]
ENTRYPOINT ["/usr/bin/mailchute"]
CMD ["serve"]

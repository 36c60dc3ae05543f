# The image of the Home Assistant app and of the plain container: they are the same.
FROM ghcr.io/home-assistant/base:3.24 AS build
# SQLite's package is compiled where there is no built file for this machine; its node-gyp wants setuptools then.
# hadolint ignore=DL3018
RUN apk add --no-cache nodejs npm python3 py3-setuptools make g++
WORKDIR /src
COPY package.json package-lock.json tsconfig.json vite.config.ts ./
COPY src src
COPY ui ui
COPY translations translations
# `npm ci` builds as well (prepare); pruning must not do that again, for its tools are gone then.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM ghcr.io/home-assistant/base:3.24
ARG BUILD_VERSION=dev
# hadolint ignore=DL3018
RUN apk add --no-cache nodejs ffmpeg tzdata espeak-ng \
    && addgroup -g 1000 yoto \
    && adduser -S -D -H -h /data -u 1000 -G yoto yoto
WORKDIR /opt/yoto-smart-stream
COPY --from=build /src/package.json package.json
COPY --from=build /src/node_modules node_modules
COPY --from=build /src/dist dist
COPY rules rules
COPY LICENSE LICENSE
COPY rootfs /

ENV NODE_ENV=production \
    S6_KILL_GRACETIME=3000 \
    S6_SERVICES_GRACETIME=12000
# Names of files behind a command are looked up where people have their rules.
WORKDIR /config
EXPOSE 8098 8099
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD curl -fsS -o /dev/null http://127.0.0.1:8099/api/health || exit 1

LABEL io.hass.type="app" \
    io.hass.version="${BUILD_VERSION}" \
    io.hass.arch="aarch64|amd64" \
    io.hass.name="Yoto Smart Stream" \
    io.hass.description="Yoto players on MQTT, rules in YAML, and streams that change what a card plays" \
    io.hass.url="https://github.com/yoto-smart-stream/yoto-smart-stream" \
    org.opencontainers.image.title="Yoto Smart Stream" \
    org.opencontainers.image.description="Yoto players on MQTT, rules in YAML, and streams that change what a card plays" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.source="https://github.com/yoto-smart-stream/yoto-smart-stream" \
    org.opencontainers.image.version="${BUILD_VERSION}"

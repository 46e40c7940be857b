# A worker or client of arbtune. Same Node as package.json's; everything is fetched and built in the first stage.
ARG NODE_VERSION=24.21.0

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund
COPY bin bin
COPY src src
COPY scripts scripts
COPY deploy/healthcheck.mjs deploy/healthcheck.mjs
# So that no worker has to, and none needs to write here.
RUN node scripts/build-bundle.ts --all

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production ARBTUNE_HOME=/var/lib/arbtune
COPY --from=build /app /app
RUN ln -s /app/bin/arbtune.js /usr/local/bin/arbtune \
  && install -d -o node -g node /var/lib/arbtune /data /data/outputs
USER node
# Configs and recorded market data are found here, and results written to outputs/.
WORKDIR /data
VOLUME ["/var/lib/arbtune", "/data/outputs"]
EXPOSE 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/deploy/healthcheck.mjs", "9464"]
ENTRYPOINT ["arbtune"]
CMD ["worker", "--health-port", "9464"]

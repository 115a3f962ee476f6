# Weir in a container: the compiled gateway and its packages, run by a user of its own. Build with `docker build -t weir .`
# glibc, not musl: the embedded PostgreSQL is built for glibc.
FROM node:22-bookworm-slim AS build
# RE2 is compiled where its prebuilt binary cannot be reached.
RUN apt-get update \
    && apt-get install -y --no-install-recommends g++ make python3 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY config ./config
COPY detectors ./detectors
COPY gateway ./gateway
COPY workers ./workers
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:22-bookworm-slim
# A passwd entry, because the embedded PostgreSQL asks who it runs as.
RUN groupadd --system --gid 10001 weir \
    && useradd --system --uid 10001 --gid weir --no-create-home --home-dir /data --shell /usr/sbin/nologin weir \
    && install --directory --owner=weir --group=weir --mode=0700 /data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/config ./config
COPY --from=build /app/dist ./dist
ENV NODE_ENV=production \
    WEIR_DATA=/data \
    WEIR_HEALTH_URL=http://127.0.0.1:8081/healthz
USER weir
VOLUME /data
EXPOSE 8080 8081 8082
# The first start creates the database, which may take a while on a slow disk.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["node", "-e", "fetch(process.env.WEIR_HEALTH_URL).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Exec form: signals reach Weir itself, which drains. Arguments of `docker run` are the command's: start, worker, config check, backup …
ENTRYPOINT ["node", "dist/gateway/cli/weir.js"]
CMD ["start"]

# The server with its commands: docs/deploy.md, "A container". Every file belongs to root, nothing is written to its folder,
# and it runs with a root file system that is read-only.
ARG BASE=docker.io/library/node:24-bookworm-slim

# In place of this stage a build may be given the image of the release before, whose scripts and styles are taken along:
# `--build-context previous=docker-image://registry.example.com/handstamp:1.4.0`.
FROM ${BASE} AS previous
RUN mkdir -p /app/.next

FROM ${BASE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
COPY --from=previous /app/.next /previous
# The key names server actions: the same for every release, or open forms of the release before are refused.
RUN --mount=type=secret,id=actions \
  if [ -f /run/secrets/actions ]; then export NEXT_SERVER_ACTIONS_ENCRYPTION_KEY="$(cat /run/secrets/actions)"; fi; \
  HANDSTAMP_STANDALONE=1 npm run build && HANDSTAMP_PREVIOUS=/previous npm run image

FROM ${BASE}
# HOSTNAME: engines set it to the container's name, and the server has to answer on the loopback too, where it asks itself.
# NEXT_MANUAL_SIG_HANDLE: the end is ours, lib/server/maintenance/end-on-signals.ts; Next alone would close the port at once.
# NODE_OPTIONS: half of the memory that the container is given, which is 512 MB then.
ENV NODE_ENV=production \
  HOSTNAME=0.0.0.0 \
  PORT=3000 \
  NEXT_MANUAL_SIG_HANDLE=1 \
  NODE_OPTIONS=--max-old-space-size=256
WORKDIR /app
COPY --from=build /src/dist/image ./
USER 10001:10001
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:'+process.env.PORT+'/api/health/live').then((answer)=>process.exit(answer.ok?0:1),()=>process.exit(1))"]
CMD ["node", "server.js"]

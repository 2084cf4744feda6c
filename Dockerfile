# One image for every process of the program: `serve` (the default), `serve --api-only`, `worker`,
# and the commands that look after it, such as `migrate` and `key create`.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without scripts: the program's own `prepare` would build before its sources are here.
RUN npm ci --ignore-scripts
COPY build.ts tsconfig.json tsconfig.build.json ./
COPY src ./src
RUN npm run build

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Again without scripts: `prepare` needs the compiler, and no library here needs a script of its own.
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY LICENSE ./
COPY jobs ./jobs
COPY templates ./templates
COPY --from=build /app/dist ./dist

# The only place that the program writes to, and only where DATABASE_URL is not set.
RUN mkdir --mode=700 /data && chown node:node /data
VOLUME /data
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/main.js"]
CMD ["serve"]

# syntax=docker/dockerfile:1
# The image for those who have a registry: docker build -t REGISTRY/ds-injector:TAG .
# Nothing but node, its libraries and the program; no shell. `npm run image` makes the same layout without docker.

ARG NODE_VERSION=20.20.2

FROM node:${NODE_VERSION}-bookworm-slim AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --include=dev
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs && find dist -name '*.map' -delete

FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title=ds-injector \
      org.opencontainers.image.licenses=Apache-2.0
ENV NODE_ENV=production
COPY --from=build /usr/local/bin/node /usr/bin/node
COPY package.json LICENSE /app/
COPY --from=packages /src/node_modules /app/node_modules
COPY --from=build /src/dist /app/dist
WORKDIR /app
USER 65532:65532
EXPOSE 8443 8080
ENTRYPOINT ["/usr/bin/node", "/app/dist/main.js"]

# Counterfoil as an image: `docker build --tag counterfoil .`; docs/containers.md says how to run it.
# Images are named by their tags. Pin them by digest where you build, so that a build can be repeated:
#   docker buildx imagetools inspect gcr.io/distroless/nodejs24-debian13:nonroot

FROM node:24-trixie-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# No script of a package runs: none is needed, and Node is that of the image.
RUN npm ci --ignore-scripts
COPY .ci/bundle.js ./.ci/
COPY src ./src
RUN node .ci/bundle.js

FROM node:24-trixie-slim AS packages
WORKDIR /packages
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --omit=optional

FROM gcr.io/distroless/nodejs24-debian13:nonroot
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=packages /packages/node_modules ./node_modules
COPY bin ./bin
COPY cql ./cql
COPY page ./page
COPY --from=build /build/dist/program ./dist/program
ENV NODE_ENV=production \
    HTTP_HOST=0.0.0.0 \
    LOG_FORMAT=json
# The user `nonroot` of the image. Nothing is written but compiled code, to /tmp where that is allowed.
USER 65532:65532
EXPOSE 8080
# The program is process 1 itself, and handles SIGTERM: there is no shell, and none may stand between.
ENTRYPOINT ["/nodejs/bin/node", "/app/bin/counterfoil.js"]
CMD ["run"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["/nodejs/bin/node", "/app/bin/counterfoil.js", "health", "--live"]
STOPSIGNAL SIGTERM

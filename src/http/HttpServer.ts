/** The server and the routes behind `HttpApi`; the only file that knows Effect's HTTP modules. */
import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Clock, DateTime, Effect, Layer, Option } from "effect"
import * as HttpMiddleware from "effect/http/HttpMiddleware"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServer from "effect/http/HttpServer"
import * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import {
  Health,
  healthParts,
  isReady,
  type PartHealth,
  reasonOf,
  sentenceOf,
  wordOf
} from "../telemetry/Health.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { Recorder } from "../telemetry/Recorder.ts"
import type { LastRedrive } from "../telemetry/RedriveSeries.ts"
import { framesRoute } from "./FramesRoute.ts"
import { codeOf, type HttpAddress, HttpAddressUnusable } from "./HttpAddress.ts"
import { HttpApi, type LookUps } from "./HttpApi.ts"
import { boundConnections } from "./HttpConnections.ts"
import type { HttpSettings } from "./HttpSettings.ts"
import { incidentRoute } from "./IncidentRoute.ts"
import {
  httpCheckMillis,
  httpConnectionsMax,
  httpErrorNewsMillis,
  httpGraceMillis,
  httpHeadersMillis,
  httpIdleMillis,
  httpRequestMillis
} from "./Limits.ts"
import { loginRoute } from "./LoginRoute.ts"
import { lookUpRoute } from "./LookUpRoute.ts"
import { pageRoute } from "./PageRoute.ts"
import { streamAccounts } from "./StreamAccounts.ts"

type Server = HttpServer.HttpServer["Service"]

/**
 * Serves the routes at the address of these settings, for the life of the layer.
 *
 * **Errors**: `HttpAddressUnusable`.
 */
export const serve = (
  settings: HttpSettings
): Layer.Layer<HttpApi, HttpAddressUnusable, Health | Metrics | Recorder> =>
  Layer.suspend(() => {
    let lookUps: LookUps | undefined
    const routes = Layer.mergeAll(
      fixedRoutes,
      framesRoute(settings),
      incidentRoute(settings),
      loginRoute(settings),
      pageRoute(settings, index),
      lookUpRoute(settings, () => lookUps)
    )
    return Layer.effect(
      HttpApi,
      Effect.map(HttpServer.HttpServer, (server) => ({
        address: Option.some(addressOf(settings.host, server)),
        answerLookUps: (by) =>
          Effect.sync(() => {
            lookUps = by
          })
      }))
    ).pipe(
      Layer.merge(HttpRouter.serve(routes, { disableLogger: true, disableListenLog: true })),
      Layer.provide(Layer.effect(HttpServer.HttpServer, listen(settings))),
      // A scrape every few seconds would fill the traces.
      Layer.provide(Layer.succeed(HttpMiddleware.TracerDisabledWhen, () => true))
    )
  })

const live = HttpRouter.add(
  "GET",
  "/live",
  // That there is an answer says that the event loop turns.
  Health.useSync(({ watchdogs: { troubles } }) =>
    troubles.length === 0
      ? HttpServerResponse.text("live\n")
      : HttpServerResponse.text(troubles.map((line) => `${line}\n`).join(""), { status: 503 })
  )
)

const ready = HttpRouter.add(
  "GET",
  "/ready",
  Effect.gen(function* () {
    const parts = yield* (yield* Health).parts
    const isWhole = healthParts.every((part) => isReady(parts[part].state))
    const lines = healthParts.map((part) => `${sentenceOf(part, parts[part])}\n`)
    return HttpServerResponse.text(lines.join(""), { status: isWhole ? 200 : 503 })
  })
)

const health = HttpRouter.add(
  "GET",
  "/health",
  Effect.gen(function* () {
    const parts = yield* (yield* Health).parts
    const { heldUpBy: readHeldUpBy, redrives, saturation, snapshot, watermarkBehindSeconds } = yield* Metrics
    const behindSeconds = yield* watermarkBehindSeconds
    const heldUpBy = yield* readHeldUpBy
    const counts = snapshot()
    return HttpServerResponse.jsonUnsafe({
      ready: healthParts.every((part) => isReady(parts[part].state)),
      parts: Object.fromEntries(healthParts.map((part) => [part, describe(parts[part])])),
      watermarkBehindSeconds: behindSeconds === undefined ? null : rounded(behindSeconds),
      heldUpBy:
        heldUpBy === undefined
          ? null
          : {
              process: heldUpBy.process,
              reason: heldUpBy.reason,
              since: new Date(heldUpBy.sinceMillis).toISOString()
            },
      lastRedrive: describeRedrive((yield* redrives).last),
      saturation: { share: rounded(saturation.binding.share), by: saturation.binding.limit },
      streams: streamAccounts(counts),
      longestWaitSeconds: rounded(counts.longestWaitMillis / 1_000)
    })
  })
)

/** To thousandths. */
const rounded = (value: number): number => Math.round(value * 1_000) / 1_000

const metrics = HttpRouter.add(
  "GET",
  "/metrics",
  Effect.gen(function* () {
    const text = yield* (yield* Metrics).prometheus
    return HttpServerResponse.text(text, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
  })
)

type Answer<E, R> = Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

const orNotFound = <E, R>(app: Answer<E, R>): Answer<E, R> =>
  Effect.catchIf(app, isRouteNotFound, () => Effect.succeed(notFound))

// Not a wildcard route: that would answer HEAD requests before the routes above do.
const unknown = HttpRouter.middleware(orNotFound, { global: true })

const paths = `/         the page, for a browser
/live     200 while the event loop runs, and no loop of the subscribers stands still
/ready    200 or 503, with one line for each part
/health   the same as JSON, with reasons, remedies and times
/metrics  for Prometheus
/lookup   POST: where an order or a payment is in this process; \`counterfoil where\` asks
/incident the page with the last hour, as one file that replays offline; \`counterfoil incident\` saves it
/frames   what the last hour was like, second by second; ?since=N for what came after frame N
/login    POST: takes HTTP_TOKEN, for dead letters on the page beyond loopback
`

/** For people without a browser. */
const index = `Counterfoil serves:\n${paths}`

const notFound = HttpServerResponse.text(`Not found. Counterfoil serves:\n${paths}`, { status: 404 })

const isRouteNotFound = (error: unknown): boolean =>
  HttpServerError.isHttpServerError(error) && error.reason._tag === "RouteNotFound"

const fixedRoutes = Layer.mergeAll(live, ready, health, metrics, unknown)

const describe = ({ state, since, remedy }: PartHealth) => ({
  state: wordOf(state),
  reason: reasonOf(state) ?? null,
  remedy: remedy ?? null,
  since: DateTime.formatIso(DateTime.makeUnsafe(since))
})

const describeRedrive = (last: LastRedrive | undefined) =>
  last === undefined
    ? null
    : {
        ended: last.ended,
        at: new Date(last.endedAtMillis).toISOString(),
        seconds: last.durationMillis / 1000,
        through: last.through,
        stay: last.stays
      }

const listen = (settings: HttpSettings) =>
  listenOn(settings.host, settings.port).pipe(
    Effect.catchIf(
      (error) => codeOf(error.cause) === "EADDRINUSE" && !settings.portAsked,
      () => Effect.tap(listenOn(settings.host, 0), (server) => sayElsewhere(settings, server))
    ),
    Effect.mapError(
      ({ cause }) => new HttpAddressUnusable({ host: settings.host, port: settings.port, cause })
    )
  )

const sayElsewhere = ({ host, port }: HttpSettings, server: Server): Effect.Effect<void> =>
  Effect.logWarning(`HTTP port ${port} is taken; serving at ${addressOf(host, server).url} instead`)

const listenOn = Effect.fnUntraced(function* (host: string, port: number) {
  const server = createServer({
    requestTimeout: httpRequestMillis,
    headersTimeout: httpHeadersMillis,
    keepAliveTimeout: httpIdleMillis,
    connectionsCheckingInterval: httpCheckMillis
  })
  boundConnections(server, httpConnectionsMax)
  server.setTimeout(httpIdleMillis)
  const bound = yield* NodeHttpServer.make(() => server, {
    host,
    port,
    gracefulShutdownTimeout: httpGraceMillis
  })
  const log = Effect.runForkWith(yield* Effect.context<never>())
  const clock = yield* Clock.Clock
  let announcedAt = Number.NEGATIVE_INFINITY
  // Without a listener an error in accepting a connection would end the process, whose work is another.
  server.on("error", (cause) => {
    const now = clock.currentTimeMillisUnsafe()
    if (now - announcedAt < httpErrorNewsMillis) return
    announcedAt = now
    log(Effect.logWarning(`HTTP: a connection was not accepted: ${cause.message}`))
  })
  // Runs after the graceful time and before the wait for the last connection, which would have no end.
  yield* Effect.addFinalizer(() => Effect.sync(() => server.closeAllConnections()))
  return bound
})

const addressOf = (host: string, { address }: Server): HttpAddress => {
  const port = "port" in address ? address.port : 0
  return { host, port, url: `http://${host.includes(":") ? `[${host}]` : host}:${port}` }
}

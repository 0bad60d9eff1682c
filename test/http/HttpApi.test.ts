import { readdirSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { assert, describe, expect, it } from "@effect/vitest"
import { Clock, Effect, Exit, Layer, Logger, Option, Scope } from "effect"
import { fates } from "../../src/domain/Fate.ts"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { Health, healthParts } from "../../src/telemetry/Health.ts"
import { watchdogTicks } from "../../src/telemetry/Limits.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { noRedrives } from "../../src/telemetry/RedriveSeries.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"
import { takenPort } from "./TakenPort.ts"

const silent = Logger.layer([])

const sources = join(import.meta.dirname, "..", "..", "src", "http")

/** The paths of all routes; the files of the page are part of the page. */
const routes = readdirSync(sources)
  .flatMap((file) => [
    ...readFileSync(join(sources, file), "utf8").matchAll(/HttpRouter\.add\(\s*"[A-Z]+",\s*"(\/[^"]*)"/g)
  ])
  .map(([, path]) => path)
  .filter((path) => path !== "/page/:file")

// The port is taken and was not asked for: the server takes a free one, as in life.
const servedWith = (health: Layer.Layer<Health>) =>
  Layer.unwrap(
    Effect.map(takenPort, (port) => layerHttpApi({ host: "127.0.0.1", port, portAsked: false }))
  ).pipe(
    Layer.provideMerge(Recorder.layer("0.1.0")),
    Layer.provideMerge(Layer.mergeAll(health, Metrics.layer, silent))
  )

const served = servedWith(Health.layer)

const url = HttpApi.use(({ address }) => Effect.fromOption(address)).pipe(
  Effect.map((address) => address.url)
)

const get = Effect.fnUntraced(function* (path: string, method = "GET") {
  const base = yield* url
  return yield* Effect.promise(async () => {
    const response = await fetch(base + path, { method })
    return {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text()
    }
  })
})

const nothingReceived = {
  received: 0,
  fates: 0,
  inFlight: 0,
  retrying: 0,
  waiting: 0,
  released: 0,
  subscriptionHolds: 0
}

const setAllHealthy = Health.use((health) =>
  Effect.forEach(healthParts, (part) => health.set(part, { _tag: "Healthy" }), { discard: true })
)

describe("HttpApi", () => {
  it.live("/live answers 200 whatever the parts are like", () =>
    Effect.gen(function* () {
      yield* Health.use((health) => health.set("facts", { _tag: "Unavailable", reason: "down" }))
      assert.deepInclude(yield* get("/live"), { status: 200, text: "live\n" })
    }).pipe(Effect.provide(served))
  )

  it.live("/live answers 503 while a loop stands still, and says which", () =>
    Effect.gen(function* () {
      const { watchdogs } = yield* Health
      watchdogs.watch("orders", () => 1, "not connected")
      for (let tick = 0; tick <= watchdogTicks; tick++) watchdogs.tick()
      const text = `orders: not connected for ${watchdogTicks} s\n`
      assert.deepInclude(yield* get("/live"), { status: 503, text })
    }).pipe(Effect.provide(served))
  )

  it.live("/ready answers 503, then 200, with one line per part", () =>
    Effect.gen(function* () {
      yield* setAllHealthy
      yield* Health.use((health) => health.set("facts", { _tag: "Unavailable", reason: "no host answers" }))
      assert.deepInclude(yield* get("/ready"), {
        status: 503,
        text: "orders: healthy\npayments: healthy\nfacts: unavailable: no host answers\ndead-letters: healthy\n"
      })
      yield* setAllHealthy
      yield* Health.use((health) => health.set("orders", { _tag: "Degraded", reason: "3 are being retried" }))
      assert.deepInclude(yield* get("/ready"), {
        status: 200,
        text: "orders: degraded: 3 are being retried\npayments: healthy\nfacts: healthy\ndead-letters: healthy\n"
      })
      assert.deepInclude(yield* get("/ready", "HEAD"), { status: 200, text: "" })
    }).pipe(Effect.provide(served))
  )

  it.live("/ready keeps to one line per part, and to plain text, whatever a server says", () =>
    Effect.gen(function* () {
      yield* setAllHealthy
      const reason = "status 14: upstream\r\nfacts: healthy\u001b[2J"
      yield* Health.use((health) => health.set("payments", { _tag: "Unavailable", reason }))
      const { text } = yield* get("/ready")
      assert.lengthOf(text.trimEnd().split("\n"), healthParts.length)
      assert.notMatch(text.replaceAll("\n", ""), /\p{Cc}/u)
      assert.include(text, "status 14: upstream")
    }).pipe(Effect.provide(served))
  )

  it.live("/ready says what to do about it where that is known", () =>
    Effect.gen(function* () {
      yield* setAllHealthy
      yield* Health.use((health) =>
        health.set("facts", { _tag: "Unavailable", reason: "no table", error: "table" })
      )
      const { text } = yield* get("/ready")
      assert.include(text, "facts: unavailable: no table; create it\n")
    }).pipe(Effect.provide(servedWith(Health.layerWith(() => "create it"))))
  )

  it.live("/health gives each part's state, reason and since as JSON", () =>
    Effect.gen(function* () {
      yield* setAllHealthy
      yield* Health.use((health) =>
        health.set("payments", { _tag: "Paused", reason: "the waiting room is full" })
      )
      const { text, type } = yield* get("/health")
      assert.strictEqual(type, "application/json")
      const { parts, ready, ...rest } = JSON.parse(text)
      assert.isTrue(ready)
      assert.deepStrictEqual(Object.keys(parts), [...healthParts])
      assert.deepInclude(parts.payments, { state: "paused", reason: "the waiting room is full" })
      assert.deepInclude(parts.facts, { state: "healthy", reason: null })
      const saturation = { share: 0, by: "slots" }
      assert.deepStrictEqual(rest, {
        watermarkBehindSeconds: null,
        heldUpBy: null,
        lastRedrive: null,
        saturation,
        streams: { orders: nothingReceived, payments: nothingReceived },
        longestWaitSeconds: 0
      })
      assert.match(parts.facts.since, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    }).pipe(Effect.provide(served))
  )

  it.live("/health says what to do about it where that is known, and null elsewhere", () =>
    Effect.gen(function* () {
      yield* setAllHealthy
      yield* Health.use((health) =>
        health.set("facts", { _tag: "Unavailable", reason: "no table", error: "table" })
      )
      const { parts } = JSON.parse((yield* get("/health")).text)
      assert.deepInclude(parts.facts, { state: "unavailable", reason: "no table", remedy: "create it" })
      assert.deepInclude(parts.orders, { state: "healthy", remedy: null })
    }).pipe(Effect.provide(servedWith(Health.layerWith(() => "create it"))))
  )

  it.live("/health tells what came of the last redrive that the process did by itself", () =>
    Effect.gen(function* () {
      const last = { ended: "end", endedAtMillis: 0, durationMillis: 8_125, through: 30, stays: 8 } as const
      yield* Metrics.use(({ watchRedrives }) => watchRedrives(() => ({ ...noRedrives, last })))
      const { lastRedrive } = JSON.parse((yield* get("/health")).text)
      const at = "1970-01-01T00:00:00.000Z"
      assert.deepStrictEqual(lastRedrive, { ended: "end", at, seconds: 8.125, through: 30, stay: 8 })
    }).pipe(Effect.provide(served))
  )

  it.live("/health is 200 though nothing works, and tells how far the orders watermark is behind", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      yield* Health.use((health) => health.set("facts", { _tag: "Unavailable", reason: "no host answers" }))
      const now = yield* Clock.currentTimeMillis
      yield* metrics.watermarkRead((now - 90_000) * 1_000)
      const { status, text } = yield* get("/health")
      assert.strictEqual(status, 200)
      const { parts, ready, watermarkBehindSeconds } = JSON.parse(text)
      assert.isFalse(ready)
      assert.deepInclude(parts.facts, { state: "unavailable", reason: "no host answers" })
      expect(watermarkBehindSeconds).toBeCloseTo(90, -1)
      yield* metrics.watermarkRead(Number.POSITIVE_INFINITY)
      assert.strictEqual(JSON.parse((yield* get("/health")).text).watermarkBehindSeconds, 0)
    }).pipe(Effect.provide(served))
  )

  it.live("/metrics is Prometheus' text format, under its content type", () =>
    Effect.gen(function* () {
      const ledger = makeStreamLedger(fates)
      const delivered = paymentWork(paymentOf(1n))
      ledger.received([delivered, delivered, delivered])
      yield* Metrics.use((metrics) => metrics.watch("orders", ledger))
      const { text, type } = yield* get("/metrics")
      assert.strictEqual(type, "text/plain; version=0.0.4; charset=utf-8")
      assert.strictEqual(
        valueOf(parseExposition(text), "counterfoil_deliveries_received_total", { stream: "orders" }),
        3
      )
    }).pipe(Effect.provide(served))
  )

  it.live("an unknown path is 404 and names the paths there are", () =>
    Effect.gen(function* () {
      for (const path of ["/page", "/metrics/x", "/%ff", "/../etc/passwd"]) {
        const { status, text } = yield* get(path)
        assert.strictEqual(status, 404)
        const named = text.split("\n").flatMap((line) => /^\/\w*/.exec(line) ?? [])
        assert.sameMembers(named, routes)
      }
      assert.strictEqual((yield* get("/live", "POST")).status, 404)
    }).pipe(Effect.provide(served))
  )

  it.live("[G8] a client that never ends its request does not hold a stop for two seconds", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(served, scope)
      const base = yield* url.pipe(Effect.provide(context))
      const socket = yield* Effect.callback<ReturnType<typeof connect>>((resume) => {
        const socket = connect(Number(new URL(base).port), "127.0.0.1", () => resume(Effect.succeed(socket)))
        socket.on("error", () => {})
      })
      socket.write("POST /live HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nab")
      const closed = yield* Scope.close(scope, Exit.void).pipe(Effect.timeoutOption("2 seconds"))
      assert.isTrue(Option.isSome(closed))
      socket.destroy()
    })
  )
})

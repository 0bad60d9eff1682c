import { connect, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { ShownSettings } from "../../src/http/IncidentHtml.ts"
import { incidentAnswerMillis } from "../../src/http/Limits.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { until } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"

/** Its incident files are longer than what the system takes for a reader. */
const served = Layer.unwrap(
  Effect.map(freePorts(1), ([port = 0]) => layerHttpApi({ host: "127.0.0.1", port, portAsked: true }))
).pipe(
  Layer.provideMerge(Recorder.layer("0.1.0")),
  Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([]))),
  Layer.provideMerge(Layer.succeed(ShownSettings, [["A", "x".repeat(24_000_000), "A"]]))
)

const address = Effect.flatMap(HttpApi, (api) => Effect.fromOption(api.address))

/** Reads an answer to its end. */
const get = Effect.fnUntraced(function* (path: string) {
  const { url } = yield* address
  return yield* Effect.promise(async () => {
    const response = await fetch(`${url}${path}`)
    return { status: response.status, text: await response.text() }
  })
})

/** An answer that has begun, and is not read on. */
const unread = Effect.fnUntraced(function* (path: string) {
  const { port } = yield* address
  return yield* Effect.acquireRelease(
    Effect.callback<Socket>((resume) => {
      const socket = connect(port, "127.0.0.1", () =>
        socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`)
      )
      socket.once("data", () => {
        socket.pause()
        resume(Effect.succeed(socket))
      })
    }),
    (socket) => Effect.sync(() => socket.destroy())
  )
})

describe("GET /incident", () => {
  it.live("[G6] files that nobody reads to their end are two at most; one more is told to wait", () =>
    Effect.gen(function* () {
      const [left] = [yield* unread("/incident"), yield* unread("/incident")]
      const refused = yield* get("/incident")
      assert.strictEqual(refused.status, 503)
      assert.include(refused.text, "2 incident files are being read")
      assert.strictEqual((yield* get("/live")).status, 200)
      yield* Effect.sync(() => left.destroy())
      const isGiven = Effect.map(get("/incident"), ({ status }) => status === 200)
      yield* until("room after one was left", isGiven, "10 seconds")
      // Each of these is read to its end, while the other one is not.
      for (const turn of [1, 2, 3]) yield* until(`room after ${turn} were read`, isGiven, "10 seconds")
    }).pipe(Effect.provide(served))
  )

  it.effect("[G6] one that is not read within a minute is ended, so that its reader keeps nobody out", () =>
    Effect.gen(function* () {
      for (const reader of [1, 2]) yield* Effect.asVoid(unread(`/incident?reader=${reader}`))
      yield* TestClock.adjust(incidentAnswerMillis - 1)
      assert.strictEqual((yield* get("/incident")).status, 503)
      yield* TestClock.adjust(1)
      const isGiven = Effect.map(get("/incident"), ({ status }) => status === 200)
      yield* TestClock.withLive(until("room after a minute", isGiven, "10 seconds"))
    }).pipe(Effect.provide(served))
  )
})

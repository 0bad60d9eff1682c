import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import { fates } from "../../src/domain/Fate.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { Health, healthParts } from "../../src/telemetry/Health.ts"
import { framesMax, recentDeadLettersMax } from "../../src/telemetry/Limits.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

const recorded = Recorder.layer("0.1.0").pipe(
  Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
)

interface Recording {
  readonly columns: ReadonlyArray<string>
  readonly frames: ReadonlyArray<{
    readonly n: number
    readonly t: number
    readonly s: readonly [string, string]
    readonly v: ReadonlyArray<number | null>
  }>
  readonly deadLetters: ReadonlyArray<Readonly<Record<string, unknown>>> | null
  readonly next: number
}

const read = (since = 0, deadLetters: "shown" | "masked" | "hidden" = "shown") =>
  Effect.map(Recorder, ({ recording }) => JSON.parse(recording({ since, deadLetters })) as Recording)

const figure = ({ columns, frames }: Recording, name: string) => frames.at(-1)?.v[columns.indexOf(name)]

const letter = (messageId: string) => ({
  atMillis: 1,
  stream: "payments" as const,
  reason: "unmatched-payment" as const,
  path: undefined,
  messageId,
  orderId: "9223372036854775807",
  paymentId: "1",
  error: "no order"
})

describe("Recorder", () => {
  it.effect("makes a frame a second, whose figures are those of /metrics", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const ledger = makeStreamLedger(fates)
      yield* metrics.watch("payments", ledger)
      const work = paymentWork(paymentOf(1n))
      ledger.received([work, work, work])
      yield* metrics.limitsRead({ slots: 0.5, credit: 0, "waiting-room": 0, "retry-places": 0 })
      yield* pass("3 seconds")
      const recording = yield* read()
      assert.deepStrictEqual(
        recording.frames.map(({ n }) => n),
        [1, 2, 3, 4]
      )
      const shown = parseExposition(yield* metrics.prometheus)
      const received = valueOf(shown, "counterfoil_deliveries_received_total", { stream: "payments" })
      assert.strictEqual(figure(recording, "payments.received"), received)
      assert.strictEqual(figure(recording, "payments.inFlight"), 3)
      assert.strictEqual(figure(recording, "saturation"), 0.5)
      assert.isNull(figure(recording, "behindSeconds"))
    }).pipe(Effect.provide(recorded))
  )

  it.effect("says the sentence of the moment, and what came since a frame", () =>
    Effect.gen(function* () {
      const health = yield* Health
      yield* pass("2 seconds")
      for (const part of healthParts) yield* health.set(part, { _tag: "Healthy" })
      const { next } = yield* read()
      yield* pass("1 second")
      const { frames } = yield* read(next)
      assert.deepStrictEqual(
        frames.map(({ s: [tone] }) => tone),
        ["well"]
      )
    }).pipe(Effect.provide(recorded))
  )

  it.effect("tells rates and the 99th percentile of what happened lately", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      yield* pass("1 second")
      assert.isNull(figure(yield* read(), "durableP99Seconds"))
      for (let each = 0; each < 100; each++) metrics.durableAfter("orders", 7, 1)
      yield* pass("1 second")
      const shown = figure(yield* read(), "durableP99Seconds")
      assert.isTrue(typeof shown === "number" && shown > 0.005 && shown <= 0.01, String(shown))
      assert.strictEqual(figure(yield* read(), "storedPerSecond"), 0)
    }).pipe(Effect.provide(recorded))
  )

  it.effect(
    "[G6] remembers the last dead letters, with ids as text, and tells them only to whom they may be shown",
    () =>
      Effect.gen(function* () {
        const { deadLetters } = yield* Metrics
        for (let number = 1; number <= recentDeadLettersMax + 1; number++)
          deadLetters.add(letter(String(number)))
        const shown = (yield* read()).deadLetters ?? []
        assert.lengthOf(shown, recentDeadLettersMax)
        assert.deepInclude(shown[0], { number: 2, messageId: "2", orderId: "9223372036854775807" })
        deadLetters.add({ ...letter("x"), error: "e".repeat(10_000) })
        assert.isBelow(String((yield* read()).deadLetters?.at(-1)?.["error"]).length, 400)
        assert.isNull((yield* read(0, "hidden")).deadLetters)
        const masked = (yield* read(0, "masked")).deadLetters
        assert.deepInclude(masked?.[0], { messageId: "3", orderId: "…807", paymentId: "…1" })
      }).pipe(Effect.provide(recorded))
  )

  it.live("[G6] 10,000 more frames than an hour's do not make it longer; what one costs is printed", () =>
    Effect.gen(function* () {
      const { record } = yield* Recorder
      const frames = 10_000
      yield* Effect.repeat(record, { times: framesMax })
      const before = process.cpuUsage()
      yield* Effect.repeat(record, { times: frames - 1 })
      const { system, user } = process.cpuUsage(before)
      const millis = (system + user) / 1e3 / frames
      process.stdout.write(
        `a frame costs ${millis.toFixed(3)} ms of processor time (mean of ${frames}; allowed are 5)\n`
      )
      const { frames: kept, next } = yield* read(1)
      assert.isAtLeast(next, frames)
      assert.isAbove(kept[0]?.n ?? 0, frames)
    }).pipe(Effect.provide(recorded))
  )
})

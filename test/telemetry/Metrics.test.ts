import { assert, describe, expect, it } from "@effect/vitest"
import { Effect, Metric } from "effect"
import { TestClock } from "effect/testing"
import { deadLetterReasons, type Fate, fates } from "../../src/domain/Fate.ts"
import { type StreamName, streamNames } from "../../src/domain/StreamName.ts"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import { makeStreamLedger, type StreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { pauseReasons } from "../../src/telemetry/StreamSeries.ts"
import { waitOutcomes } from "../../src/telemetry/WaitSeries.ts"
import { type Family, parseExposition, valueOf } from "../support/Exposition.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

const scrape = Metrics.use((metrics) => metrics.prometheus).pipe(Effect.map(parseExposition))

const sumOf = (families: ReadonlyMap<string, Family>, name: string, stream: StreamName): number =>
  (families.get(name)?.samples ?? [])
    .filter((sample) => sample.labels["stream"] === stream)
    .reduce((sum, sample) => sum + sample.value, 0)

const withReceived = (deliveries: number): StreamLedger<Fate> => {
  const ledger = makeStreamLedger(fates)
  ledger.received(Array.from({ length: deliveries }, () => paymentWork(paymentOf(1n))))
  return ledger
}

const bytesOf = (deliveries: ReadonlyArray<DecodedDelivery<unknown>>): number =>
  deliveries.reduce((sum, { delivery }) => sum + delivery.bytes, 0)

describe("Metrics", () => {
  it.effect(
    "[G6] every series is there at zero before the first delivery, with labels from closed lists",
    () =>
      Effect.gen(function* () {
        const families = yield* scrape
        for (const stream of streamNames) {
          assert.strictEqual(valueOf(families, "counterfoil_deliveries_received_total", { stream }), 0)
          for (const fate of ["order-stored", "payment-matched", "payment-superseded"]) {
            assert.strictEqual(valueOf(families, "counterfoil_fates_total", { stream, fate, reason: "" }), 0)
          }
          for (const reason of deadLetterReasons) {
            const labels = { stream, fate: "dead-lettered", reason }
            assert.strictEqual(valueOf(families, "counterfoil_fates_total", labels), 0)
          }
        }
        for (const outcome of waitOutcomes) {
          assert.strictEqual(valueOf(families, "counterfoil_waits_total", { outcome }), 0)
        }
        assert.strictEqual(valueOf(families, "counterfoil_longest_wait_seconds", {}), 0)
        const before = [...families.values()].reduce((sum, family) => sum + family.samples.length, 0)
        const metrics = yield* Metrics
        const ledger = makeStreamLedger(fates)
        const entry = ledger.received(fates.map(() => paymentWork(paymentOf(1n))))
        for (const fate of fates) entry.fated(fate, 1)
        ledger.publishFailed(1)
        yield* metrics.watch("payments", ledger)
        for (const outcome of waitOutcomes) metrics.waited(outcome, 1e9)
        metrics.durableAfter("payments", 1e9, 1)
        yield* metrics.read("orders", {
          leasesLost: 1,
          oldestUnsettledMicros: 1,
          imbalance: 1,
          pausedBy: "max-retrying"
        })
        yield* metrics.watermarkRead(1)
        const after = [...(yield* scrape).values()].reduce((sum, family) => sum + family.samples.length, 0)
        assert.strictEqual(after, before)
      }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect(
    "[G7] received equals fates + in flight + waiting + retrying + released, in the text and in the totals",
    () =>
      Effect.gen(function* () {
        const metrics = yield* Metrics
        const ledger = makeStreamLedger(fates)
        const delivered = Array.from({ length: 100 }, () => paymentWork(paymentOf(1n)))
        const entry = ledger.received(delivered)
        entry.fated("payment-matched", 60)
        entry.fated("payment-superseded", 4)
        entry.fated("dead-lettered(unmatched-payment)", 9)
        entry.fated("dead-lettered(undecodable)", 1)
        entry.released(delivered.slice(0, 11))
        entry.moveTo(ledger.open("waiting"), delivered.slice(0, 5))
        entry.moveTo(ledger.open("retrying"), delivered.slice(0, 7))
        ledger.retried(8)
        ledger.unconfirmed(2)
        ledger.publishFailed(3)
        yield* metrics.watch("payments", ledger)
        yield* metrics.watch("orders", withReceived(1))

        const families = yield* scrape
        assert.strictEqual(
          sumOf(families, "counterfoil_fates_total", "payments") +
            sumOf(families, "counterfoil_in_flight_deliveries", "payments") +
            sumOf(families, "counterfoil_waiting_deliveries", "payments") +
            sumOf(families, "counterfoil_retrying_deliveries", "payments") +
            sumOf(families, "counterfoil_deliveries_released_total", "payments"),
          valueOf(families, "counterfoil_deliveries_received_total", { stream: "payments" })
        )
        const stream = "payments"
        assert.strictEqual(
          valueOf(families, "counterfoil_received_bytes_total", { stream }),
          bytesOf(delivered)
        )
        assert.strictEqual(valueOf(families, "counterfoil_retries_total", { stream }), 8)
        assert.strictEqual(valueOf(families, "counterfoil_acknowledgements_unconfirmed_total", { stream }), 2)
        const failures = "counterfoil_dead_letter_publish_failures_total"
        assert.strictEqual(valueOf(families, failures, { stream }), 3)
        const unmatched = { stream, fate: "dead-lettered", reason: "unmatched-payment" }
        assert.strictEqual(valueOf(families, "counterfoil_fates_total", unmatched), 9)

        const totals = yield* metrics.totals("payments")
        const fated = Object.values(totals.fates).reduce((sum, count) => sum + count, 0)
        assert.strictEqual(
          fated + totals.inFlight + totals.waiting + totals.retrying + totals.released,
          totals.received
        )
        assert.strictEqual((yield* metrics.totals("orders")).received, 1)
      }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("durable times are a histogram in seconds, weighted by deliveries, boundaries included", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      metrics.durableAfter("orders", 5, 10)
      metrics.durableAfter("orders", 6, 20)
      metrics.durableAfter("orders", 86_400_000, 1)
      const families = yield* scrape
      const bucket = (le: string) =>
        valueOf(families, "counterfoil_durable_seconds_bucket", { stream: "orders", le })
      assert.strictEqual(bucket("0.005"), 10)
      assert.strictEqual(bucket("0.01"), 30)
      assert.strictEqual(bucket("1800"), 30)
      assert.strictEqual(bucket("+Inf"), 31)
      const sum = valueOf(families, "counterfoil_durable_seconds_sum", { stream: "orders" })
      expect(sum).toBeCloseTo(86_400.17, 6)
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("the time in the waiting room is a histogram of its own, with every payment's own time", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      for (const millis of [100, 3_000, 30_000]) metrics.waited("payment-matched", millis)
      const families = yield* scrape
      const bucket = (le: string) => valueOf(families, "counterfoil_wait_seconds_bucket", { le })
      assert.deepStrictEqual([bucket("0.1"), bucket("2.5"), bucket("5"), bucket("+Inf")], [1, 1, 2, 3])
      expect(valueOf(families, "counterfoil_wait_seconds_sum")).toBeCloseTo(33.1, 6)
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("ages and lags grow by themselves, from what was last read", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const shown = (name: string, labels = {}) => Effect.map(scrape, (all) => valueOf(all, name, labels))
      const lag = shown("counterfoil_orders_watermark_lag_seconds")
      const age = shown("counterfoil_oldest_unsettled_age_seconds", { stream: "orders" })
      yield* TestClock.setTime(1_000_000)
      assert.isNaN(yield* lag)
      assert.isUndefined(yield* metrics.watermarkBehindSeconds)
      assert.strictEqual(yield* age, 0)
      const reading = { leasesLost: 0, oldestUnsettledMicros: 990_000_000, imbalance: 0, pausedBy: undefined }
      yield* metrics.read("orders", reading)
      yield* metrics.watermarkRead(970_000_000)
      assert.deepStrictEqual([yield* age, yield* lag], [10, 30])
      yield* TestClock.adjust("5 seconds")
      assert.deepStrictEqual([yield* age, yield* lag], [15, 35])
      // A publisher's clock may be ahead; nothing is younger than now.
      yield* metrics.read("orders", { ...reading, oldestUnsettledMicros: 1_006_000_000 })
      yield* metrics.watermarkRead(Number.POSITIVE_INFINITY)
      assert.deepStrictEqual([yield* age, yield* lag], [0, 0])
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("a paused intake shows which limit it stands still for, and an open one shows none", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const paused = Effect.map(scrape, (all) =>
        pauseReasons.map((reason) =>
          valueOf(all, "counterfoil_intake_paused", { stream: "payments", reason })
        )
      )
      assert.deepStrictEqual(yield* paused, [0, 0, 0])
      const reading = { leasesLost: 0, oldestUnsettledMicros: undefined, imbalance: 0 }
      yield* metrics.read("payments", { ...reading, pausedBy: "waiting-room-full" })
      assert.deepStrictEqual(yield* paused, [0, 0, 1])
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("an exporter built on the layer sees the same series through Effect's registry", () =>
    Effect.gen(function* () {
      yield* Metrics.use((metrics) => metrics.watch("orders", withReceived(7)))
      const received = (yield* Metric.snapshot).find(
        ({ id, attributes }) =>
          id === "counterfoil_deliveries_received_total" && attributes?.["stream"] === "orders"
      )
      assert.deepInclude(received?.state, { count: 7 })
    }).pipe(Effect.provide(Metrics.layer))
  )

  it.effect("two layers count apart", () =>
    Effect.gen(function* () {
      const count = Effect.gen(function* () {
        const metrics = yield* Metrics
        yield* metrics.watch("orders", withReceived(1))
        return (yield* metrics.totals("orders")).received
      }).pipe(Effect.provide(Metrics.layer, { local: true }))
      assert.deepStrictEqual([yield* count, yield* count], [1, 1])
    })
  )
})

import { assert, it } from "@effect/vitest"
import { Clock, Effect, Layer, Result } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import { inFlightMin } from "../../src/cassandra/Limits.ts"
import { apply } from "../../src/cassandra/Migrator.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { settingsFor } from "../cassandra/TestKeyspace.ts"
import { type CassandraServer, cassandraServer } from "../support/CassandraServer.ts"
import { orderOf } from "../support/Samples.ts"
import { describeWith } from "../support/TestServices.ts"

/** Almost what one connection of the driver takes. */
const most = 1_900

/** So long the slowed server needs for them: longer than its own write timeout of 2 s. */
const queueSeconds = 4

describeWith("cassandra")("a Cassandra that is too slow for what is in flight", () => {
  it.live(
    "[G4] [G6] answers sooner, and fewer writes fail, where the statements in flight follow its latency",
    ({ annotate }) =>
      Effect.gen(function* () {
        const server = yield* cassandraServer({ heap: "768m" })
        const settings = settingsFor("slow", { contactPoints: [server.address] })
        yield* apply(settings)
        yield* measured(settings, most, Effect.sleep("10 seconds"))
        const tenth = yield* measured(settings, most, slowed(server, 0.1, 8))
        // Machines differ: the server gets the share of its time that makes it as slow as meant.
        const share = Math.min(0.5, (0.1 * (most / queueSeconds)) / (tenth.stored / 8))
        const fixed = yield* measured(settings, most, slowed(server, share, 25))
        const adaptive = yield* measured(settings, inFlightMin, slowed(server, share, 25))
        yield* Effect.promise(() =>
          annotate(`${share} of its time, fixed: ${told(fixed)}; adaptive: ${told(adaptive)}`)
        )
        assert.strictEqual(fixed.limit, most)
        assert.isBelow(adaptive.limit, most)
        // None may fail of either, on a machine that gave the server more time than was meant.
        assert.isAtMost(adaptive.failed, fixed.failed)
        assert.isBelow(percentile95(adaptive.latencies), percentile95(fixed.latencies))
      }),
    // Other work on the machine can slow one of the two spells and not the other: then it is measured again.
    { timeout: 240_000, retry: 1 }
  )
})

interface Measured {
  readonly stored: number
  readonly failed: number
  /** What another client's small reads take meanwhile. **Units**: milliseconds. */
  readonly latencies: ReadonlyArray<number>
  readonly limit: number
}

/** Stores orders as fast as it can until `end` ends. */
const measured = (settings: CassandraSettings, minInFlight: number, end: Effect.Effect<void>) =>
  Effect.gen(function* () {
    const cassandra = yield* Cassandra.make(settings, {
      maxInFlight: most,
      minInFlight,
      whenUnreachable: "fail"
    })
    const other = yield* Cassandra.make(settings, { maxInFlight: 1, whenUnreachable: "fail" })
    const counts = { stored: 0, failed: 0 }
    const latencies: Array<number> = []
    yield* Effect.raceFirst(
      end,
      Effect.all([reads(other, latencies), ...Array.from({ length: 30 }, () => writes(counts))], {
        concurrency: "unbounded",
        discard: true
      })
    ).pipe(Effect.provide(FactStoreCassandra.layer.pipe(Layer.provide(Layer.succeed(Cassandra, cassandra)))))
    return { ...counts, latencies, limit: cassandra.inFlightLimit() }
  }).pipe(Effect.scoped)

/** Lets the server run for this share of so many seconds only. */
const slowed = (server: CassandraServer, share: number, seconds: number) =>
  Effect.repeat(
    Effect.gen(function* () {
      yield* server.signal("SIGSTOP")
      yield* Effect.sleep(250 * (1 - share))
      yield* server.signal("SIGCONT")
      yield* Effect.sleep(250 * share)
    }).pipe(Effect.uninterruptible),
    { times: seconds * 4 - 1 }
  ).pipe(Effect.asVoid)

const writes = (counts: { stored: number; failed: number }) =>
  Effect.gen(function* () {
    const facts = yield* FactStore
    const orders = Array.from({ length: 100 }, () => ({ order: orderOf(++lastId), version: 1_000n }))
    const stored = (yield* facts.storeOrders(orders)).filter(Result.isSuccess).length
    counts.stored += stored
    counts.failed += orders.length - stored
    // As the pipeline does before it tries again.
    if (stored < orders.length) yield* Effect.sleep("100 millis")
  }).pipe(Effect.forever)

const reads = (cassandra: Cassandra["Service"], latencies: Array<number>) =>
  Effect.gen(function* () {
    const before = yield* Clock.currentTimeMillis
    const answer = yield* Effect.result(cassandra.execute({ query: oneRow, params: [1n] }))
    const after = yield* Clock.currentTimeMillis
    latencies.push(Result.isSuccess(answer) ? after - before : Number.POSITIVE_INFINITY)
    yield* Effect.sleep("20 millis")
  }).pipe(Effect.forever)

const oneRow = "SELECT order_id FROM orders_payments_facts WHERE order_id = ?"

let lastId = 0n

const percentile95 = (values: ReadonlyArray<number>): number =>
  values.toSorted((one, other) => one - other)[Math.floor(values.length * 0.95)] ?? Number.NaN

const told = ({ stored, failed, latencies, limit }: Measured): string =>
  `${stored} rows stored, ${failed} failed, another's reads ${percentile95(latencies)} ms (p95), limit ${limit}`

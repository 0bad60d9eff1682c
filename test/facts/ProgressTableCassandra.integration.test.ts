import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { readTableOptions } from "../../src/cassandra/TableSchema.ts"
import { progressTtlSeconds } from "../../src/facts/Limits.ts"
import { type ProgressRow, ProgressTable } from "../../src/facts/ProgressTable.ts"
import { ProgressTableCassandra } from "../../src/facts/ProgressTableCassandra.ts"
import { layerOwnKeyspace, ownKeyspace, runCql, settingsFor, testOptions } from "../cassandra/TestKeyspace.ts"
import { apply } from "../cassandra/TestMigrations.ts"
import { LaterVersion, progressTableSuite } from "../suites/ProgressTableSuite.ts"
import { describeWith } from "../support/TestServices.ts"

const subscription = "projects/p/subscriptions/orders_data-sub"

describeWith("cassandra")("on a real Cassandra", () => {
  const table = ProgressTableCassandra.layer(subscription).pipe(Layer.provideMerge(layerOwnKeyspace))
  progressTableSuite("Cassandra", laterVersion.pipe(Layer.provideMerge(table)))

  layer(table, { excludeTestServices: true, timeout: 120_000 })("ProgressTableCassandra", (it) => {
    it.effect("[G5] each write gives the whole row its time to live anew", () =>
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const { write } = yield* ProgressTable
        yield* write(rowOf("ttl", 1))
        const { rows } = yield* cassandra.execute({
          query:
            "SELECT TTL(format), TTL(renewal), TTL(watermark), TTL(payments_wait), TTL(order_ids) " +
            "FROM counterfoil_progress WHERE orders_subscription = ? AND process = ?",
          params: [subscription, "ttl"]
        })
        const left = Object.values(rows[0] ?? {}).map(Number)
        assert.lengthOf(left, 5)
        for (const seconds of left) assert.approximately(seconds, progressTtlSeconds, 20)
      })
    )

    it.effect("[G5] rows of another orders subscription are not seen", () =>
      Effect.gen(function* () {
        const { readAll, write } = yield* ProgressTable
        yield* write(rowOf("here", 1))
        const elsewhere = yield* ProgressTable.pipe(
          Effect.provide(ProgressTableCassandra.layer("projects/p/subscriptions/other"))
        )
        yield* elsewhere.write(rowOf("elsewhere", 1))
        assert.deepStrictEqual(yield* elsewhere.readAll, [rowOf("elsewhere", 1)])
        assert.notInclude(
          (yield* readAll).map(({ process }) => process),
          "elsewhere"
        )
      })
    )

    it.effect("[G5] a write of a clock that was set back takes the place of the one before", () =>
      Effect.gen(function* () {
        const { readAll, write } = yield* ProgressTable
        // The driver stamps a write by Date.now, unless an earlier stamp was later.
        const before = Date.now
        yield* write(rowOf("clock", 1))
        yield* Effect.acquireUseRelease(
          Effect.sync(() => {
            Date.now = () => before() - 3_600_000
          }),
          () => write(rowOf("clock", 2)),
          () =>
            Effect.sync(() => {
              Date.now = before
            })
        )
        assert.deepStrictEqual(
          (yield* readAll).filter(({ process }) => process === "clock"),
          [rowOf("clock", 2)]
        )
      })
    )

    it.effect("keeps no tombstones", () =>
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const { rows } = yield* cassandra.execute({
          query: "SELECT keyspace_name FROM system_schema.tables WHERE table_name = ? ALLOW FILTERING",
          params: ["counterfoil_progress"]
        })
        const [keyspace] = rows.map((row) => String(row["keyspace_name"]))
        const known = yield* readTableOptions(cassandra, {
          keyspace: keyspace ?? "",
          table: "counterfoil_progress"
        })
        assert.deepInclude(known, { success: { defaultTimeToLiveSeconds: 0, gcGraceSeconds: 0 } })
      })
    )
  })

  layer(Layer.empty, { excludeTestServices: true })("ProgressTableCassandra, at its start", (it) => {
    it.effect("fails with TableMissing where the keyspace has no progress table", () =>
      Effect.gen(function* () {
        const keyspace = yield* ownKeyspace
        yield* apply(settingsFor(keyspace))
        yield* runCql(`DROP TABLE ${keyspace}.counterfoil_progress`)
        const connected = Cassandra.layer(settingsFor(keyspace), testOptions)
        const error = yield* Effect.flip(
          Effect.scoped(
            Layer.build(ProgressTableCassandra.layer(subscription).pipe(Layer.provide(connected)))
          )
        )
        assert.strictEqual(error.reason._tag, "TableMissing")
        const mended = yield* apply(settingsFor(keyspace))
        assert.deepStrictEqual(mended.repairs, [{ kind: "table", name: "counterfoil_progress" }])
      })
    )

    it.effect("[G5] asks for a quorum where the settings ask for less, and says so when it has none", () =>
      Effect.gen(function* () {
        const keyspace = yield* ownKeyspace
        yield* apply(settingsFor(keyspace))
        yield* runCql(
          `ALTER KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}`
        )
        const connected = Cassandra.layer(settingsFor(keyspace, { consistency: "ONE" }), testOptions)
        const error = yield* Effect.flip(
          ProgressTable.use(({ write }) => write(rowOf("alone", 1))).pipe(
            Effect.provide(ProgressTableCassandra.layer(subscription).pipe(Layer.provide(connected)))
          )
        )
        assert.strictEqual(error._tag === "ProgressTableError" && error.isRetryable, true)
        assert.match(error.message, /^write the progress row: .*at consistency LOCAL_QUORUM/)
      })
    )
  })
})

const rowOf = (process: string, renewal: number): ProgressRow => ({
  process,
  renewal,
  progress: { watermarkMicros: 1, orderIds: [], hasWaitingPayments: false }
})

const laterVersion = Layer.effect(
  LaterVersion,
  Effect.map(Cassandra, (cassandra) =>
    LaterVersion.of({
      write: (process, renewal) =>
        cassandra
          .execute({
            query:
              "INSERT INTO counterfoil_progress (orders_subscription, process, format, renewal, watermark) " +
              "VALUES (?, ?, ?, ?, ?)",
            params: [subscription, process, 2, BigInt(renewal), -1n]
          })
          .pipe(Effect.orDie, Effect.asVoid)
    })
  )
)

import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer, Result } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import {
  readColumns,
  readDroppedColumns,
  readIndexes,
  readReplication,
  readTableOptions,
  type TableName
} from "../../src/cassandra/TableSchema.ts"
import { describeWith } from "../support/TestServices.ts"
import { ownKeyspace, runCql, settingsFor, testOptions } from "./TestKeyspace.ts"

/** A keyspace with one table of every kind of column. */
class Made extends Context.Service<Made, TableName>()("test/Made") {}

const made = Layer.effectContext(
  Effect.gen(function* () {
    const keyspace = yield* ownKeyspace
    yield* runCql(
      `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}`
    )
    yield* runCql(
      `CREATE TABLE ${keyspace}.things (part bigint, place int, shared text static, tags map<text, int>, old double, ` +
        "PRIMARY KEY (part, place)) WITH default_time_to_live = 60 AND gc_grace_seconds = 3600"
    )
    yield* runCql(`CREATE INDEX by_old ON ${keyspace}.things (tags)`)
    const cassandra = yield* Cassandra.make(settingsFor(keyspace), testOptions)
    return Context.make(Cassandra, cassandra).pipe(Context.add(Made, { keyspace, table: "things" }))
  })
)

const absent: TableName = { keyspace: "system", table: "no_such_table" }

describeWith("cassandra")("a table's schema", () => {
  layer(made, { excludeTestServices: true, timeout: 60_000 })("on a real Cassandra", (it) => {
    it.effect("its columns have the types and the parts of the key that they were created with", () =>
      Effect.gen(function* () {
        const columns = Result.getOrThrow(yield* readColumns(yield* Cassandra, yield* Made))
        assert.sameDeepMembers(
          [...columns],
          [
            { name: "part", type: "bigint", role: "partition key" },
            { name: "place", type: "int", role: "clustering key" },
            { name: "shared", type: "text", role: "static" },
            { name: "tags", type: "map<text, int>", role: "value" },
            { name: "old", type: "double", role: "value" }
          ]
        )
        assert.deepStrictEqual(yield* readColumns(yield* Cassandra, absent), Result.succeed([]))
      })
    )

    it.effect("a column that was dropped is listed with its type and the time of the drop", () =>
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const name = yield* Made
        assert.deepStrictEqual(yield* readDroppedColumns(cassandra, name), Result.succeed([]))
        const before = Date.now()
        yield* runCql(`ALTER TABLE ${name.keyspace}.things DROP old`)
        const [dropped, ...more] = Result.getOrThrow(yield* readDroppedColumns(cassandra, name))
        assert.lengthOf(more, 0)
        assert.deepInclude(dropped, { name: "old", type: "double" })
        assert.isAtLeast(dropped?.droppedAtMillis ?? 0, before - 1_000)
        assert.isAtMost(dropped?.droppedAtMillis ?? 0, Date.now() + 1_000)
      })
    )

    it.effect("its indexes are listed with what they are on", () =>
      Effect.gen(function* () {
        const indexes = yield* readIndexes(yield* Cassandra, yield* Made)
        assert.deepStrictEqual(
          indexes,
          Result.succeed([
            { name: "by_old", kind: "COMPOSITES", target: "values(tags)", implementation: undefined }
          ])
        )
        assert.deepStrictEqual(yield* readIndexes(yield* Cassandra, absent), Result.succeed([]))
      })
    )

    it.effect("its options say how long data and tombstones live", () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(
          yield* readTableOptions(yield* Cassandra, yield* Made),
          Result.succeed({ defaultTimeToLiveSeconds: 60, gcGraceSeconds: 3_600 })
        )
        assert.deepStrictEqual(yield* readTableOptions(yield* Cassandra, absent), Result.succeed(undefined))
      })
    )

    it.effect("its keyspace says how many copies there are in which data centre", () =>
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const { keyspace } = yield* Made
        assert.deepStrictEqual(
          yield* readReplication(cassandra, keyspace),
          Result.succeed({ strategy: "NetworkTopologyStrategy", factors: { datacenter1: 1 } })
        )
        assert.deepStrictEqual(
          yield* readReplication(cassandra, "system_auth"),
          Result.succeed({ strategy: "SimpleStrategy", factors: { replication_factor: 1 } })
        )
        assert.deepStrictEqual(yield* readReplication(cassandra, "no_such"), Result.succeed(undefined))
      })
    )
  })
})

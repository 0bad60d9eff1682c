import { assert, layer } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import * as Migrator from "../../src/cassandra/Migrator.ts"
import { migrationFolder } from "../../src/facts/MigrationFolder.ts"
import { describeWith } from "../support/TestServices.ts"
import { folderOf } from "./MigrationFolder.ts"
import { ownKeyspace, runCql, settingsFor, testOptions } from "./TestKeyspace.ts"
import { apply, optionsOf, plan, preview } from "./TestMigrations.ts"

const first = "0001_first.cql"
const second = "0002_second.cql"
const createFirst = "CREATE TABLE IF NOT EXISTS first (id bigint PRIMARY KEY);"
// Without IF NOT EXISTS: applied twice, or before the first, it fails.
const addToFirst = "ALTER TABLE first ADD name text; CREATE TABLE second (id bigint PRIMARY KEY);"

describeWith("cassandra")("Migrator", () => {
  layer(Layer.empty, { excludeTestServices: true, timeout: 120_000 })("apply", (it) => {
    it.effect("creates the keyspace and the tables, in order, and does nothing the second time", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        const folder = yield* folderOf({ [second]: addToFirst, [first]: createFirst })
        assert.deepStrictEqual(yield* apply(settings, folder), {
          keyspaceCreated: true,
          migrations: [first, second],
          repairs: []
        })
        assert.deepStrictEqual(yield* apply(settings, folder), nothingDone)
        assert.deepStrictEqual(yield* tablesOf(settings.keyspace), [
          "counterfoil_migrations",
          "first",
          "second"
        ])
        assert.deepStrictEqual(yield* preview(settings, folder), [])
      })
    )

    it.effect("applies only what was added since", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        yield* apply(settings, yield* folderOf({ [first]: createFirst }))
        const folder = yield* folderOf({ [first]: `-- mended\n${createFirst}`, [second]: addToFirst })
        assert.deepStrictEqual(yield* preview(settings, folder), [
          `USE "${settings.keyspace}"`,
          "ALTER TABLE first ADD name text",
          "CREATE TABLE second (id bigint PRIMARY KEY)"
        ])
        assert.deepStrictEqual((yield* apply(settings, folder)).migrations, [second])
      })
    )

    it.effect("refuses a migration that was changed after it was applied, and changes nothing", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        yield* apply(settings, yield* folderOf({ [first]: createFirst }))
        const folder = yield* folderOf({
          [first]: createFirst.replace("bigint", "text"),
          [second]: addToFirst
        })
        const error = yield* Effect.flip(apply(settings, folder))
        assert.strictEqual(error._tag, "MigrationRefused")
        assert.include(error.message, `${first} was changed`)
        assert.deepStrictEqual(yield* tablesOf(settings.keyspace), ["counterfoil_migrations", "first"])
      })
    )

    it.effect("refuses a keyspace with a migration that is unknown here", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        yield* apply(settings, yield* folderOf({ [first]: createFirst, [second]: addToFirst }))
        const error = yield* Effect.flip(apply(settings, yield* folderOf({ [first]: createFirst })))
        assert.strictEqual(error._tag, "MigrationRefused")
        assert.include(error.message, `${second} was applied to this keyspace and is unknown here`)
      })
    )

    it.effect("refuses a migration that was put before applied ones", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        yield* apply(settings, yield* folderOf({ [first]: createFirst }))
        const folder = yield* folderOf({ "0000_late.cql": createFirst, [first]: createFirst })
        const error = yield* Effect.flip(apply(settings, folder))
        assert.include(error.message, "0000_late.cql comes before")
      })
    )

    it.effect("two at once apply each migration once between them", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        const folder = yield* folderOf({ [first]: createFirst, [second]: addToFirst })
        const both = yield* Effect.all([apply(settings, folder), apply(settings, folder)], { concurrency: 2 })
        assert.deepStrictEqual(both.flatMap((applied) => applied.migrations).sort(), [first, second])
      })
    )

    it.effect("one that failed leaves the lock, and goes on where it stopped", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        const broken = yield* folderOf({
          [first]: createFirst,
          [second]: "CREATE TABLE second (id nonsense);"
        })
        const error = yield* Effect.flip(apply(settings, broken))
        assert.strictEqual(error._tag, "CassandraError")
        const mended = yield* folderOf({ [first]: createFirst, [second]: addToFirst })
        assert.deepStrictEqual((yield* apply(settings, mended)).migrations, [second])
      })
    )

    it.effect("a lock that a process left behind is waited for until its life is over, and no longer", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        const options = {
          ...optionsOf(yield* folderOf({ [first]: createFirst })),
          recordTable: "changes",
          lock: { life: Duration.seconds(1), retryEvery: Duration.millis(50) }
        }
        yield* Migrator.apply(settings, options)
        assert.deepStrictEqual(yield* tablesOf(settings.keyspace), ["changes", "first"])
        const lock = `INSERT INTO ${settings.keyspace}.changes (name, checksum) VALUES ('lock', 'dead')`
        yield* runCql(`${lock} USING TTL 1`)
        assert.deepStrictEqual(yield* Migrator.apply(settings, options), nothingDone)
        yield* runCql(lock)
        const error = yield* Effect.flip(Migrator.apply(settings, options))
        assert.strictEqual(error._tag === "CassandraError" ? error.reason._tag : "", "TimedOut")
      })
    )

    it.effect("takes a fact table that was there before, with its rows", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        for (const statement of yield* plan(settings)) {
          if (!statement.startsWith("USE") && !statement.includes("counterfoil_migrations")) {
            yield* runCql(statement.replace(/EXISTS (?=orders|counterfoil)/, `EXISTS ${settings.keyspace}.`))
          }
        }
        yield* runCql(`INSERT INTO ${settings.keyspace}.orders_payments_facts (order_id) VALUES (7)`)
        assert.deepStrictEqual(yield* apply(settings), {
          keyspaceCreated: false,
          migrations: ["0001_orders_payments_facts.cql", "0002_counterfoil_progress.cql"],
          repairs: []
        })
        const { rows } = yield* runCql(`SELECT order_id FROM ${settings.keyspace}.orders_payments_facts`)
        assert.deepStrictEqual(
          rows.map((row) => row["order_id"]),
          [7n]
        )
      })
    )
  })

  layer(Layer.empty, { excludeTestServices: true, timeout: 60_000 })("plan", (it) => {
    it.effect("is the whole schema as CQL, the keyspace with its replication first", () =>
      Effect.gen(function* () {
        const [keyspace, use, ...tables] = yield* Migrator.plan(settingsFor("shop"), {
          folder: migrationFolder,
          replication: { _tag: "PerDataCenter", factors: { "dc'1": 3, dc2: 2 } }
        })
        assert.strictEqual(
          keyspace,
          `CREATE KEYSPACE IF NOT EXISTS "shop" WITH replication = ` +
            `{'class': 'NetworkTopologyStrategy', 'dc''1': 3, 'dc2': 2}`
        )
        assert.strictEqual(use, 'USE "shop"')
        assert.match(tables.join(" "), /counterfoil_migrations.*orders_payments_facts.*counterfoil_progress/)
      })
    )

    it.effect("runs as it stands, twice", () =>
      Effect.gen(function* () {
        const settings = settingsFor(yield* ownKeyspace)
        const [keyspace = "", , ...tables] = yield* plan(settings)
        yield* runCql(keyspace)
        const cassandra = yield* Cassandra.make(settings, testOptions)
        for (const query of [...tables, ...tables]) {
          yield* cassandra.execute({ query, params: [] }, { prepare: false })
        }
        assert.deepStrictEqual((yield* apply(settings)).keyspaceCreated, false)
      })
    )
  })
})

const nothingDone = { keyspaceCreated: false, migrations: [], repairs: [] }

const tablesOf = (keyspace: string) =>
  Effect.map(
    runCql(`SELECT table_name FROM system_schema.tables WHERE keyspace_name = '${keyspace}'`),
    ({ rows }) => rows.map((row) => row["table_name"])
  )

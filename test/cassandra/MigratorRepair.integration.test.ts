/** What setup does about tables that were dropped, whatever its record of migrations says. */
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { migrationFolder } from "../../src/cassandra/internal/MigrationFiles.ts"
import { apply, plan, preview } from "../../src/cassandra/Migrator.ts"
import { describeWith } from "../support/TestServices.ts"
import { folderOf } from "./MigrationFolder.ts"
import { ownKeyspace, runCql, settingsFor } from "./TestKeyspace.ts"

const first = "0001_first.cql"
const second = "0002_second.cql"
const createFirst = "CREATE TABLE IF NOT EXISTS first (id bigint PRIMARY KEY, item text);"
// Without IF NOT EXISTS: applied twice it fails.
const addToFirst =
  "ALTER TABLE first ADD name text; CREATE INDEX by_name ON first (name); CREATE TABLE second (id bigint PRIMARY KEY);"

const nothingDone = { keyspaceCreated: false, migrations: [], repairs: [] }

describeWith("cassandra")("Migrator, on tables that were dropped", () => {
  layer(Layer.empty, { excludeTestServices: true, timeout: 120_000 })("apply", (it) => {
    const migrated = Effect.gen(function* () {
      const settings = settingsFor(yield* ownKeyspace)
      const folder = yield* folderOf({ [first]: createFirst, [second]: addToFirst })
      yield* apply(settings, folder)
      return { settings, folder, in: (name: string) => `${settings.keyspace}.${name}` }
    })

    it.effect("makes a dropped table again, with what later migrations added to it, and nothing else", () =>
      Effect.gen(function* () {
        const { settings, folder, in: inKeyspace } = yield* migrated
        yield* runCql(`INSERT INTO ${inKeyspace("second")} (id) VALUES (7)`)
        yield* runCql(`DROP TABLE ${inKeyspace("first")}`)
        const [, ...planned] = yield* preview(settings, folder)
        assert.deepStrictEqual(planned, [
          createFirst.replace(";", ""),
          "ALTER TABLE first ADD name text",
          "CREATE INDEX by_name ON first (name)"
        ])
        assert.deepStrictEqual(yield* apply(settings, folder), {
          ...nothingDone,
          repairs: [{ kind: "table", name: "first" }]
        })
        assert.deepStrictEqual(yield* apply(settings, folder), nothingDone)
        yield* runCql(`INSERT INTO ${inKeyspace("first")} (id, item, name) VALUES (1, 'a', 'b')`)
        const { rows } = yield* runCql(`SELECT id FROM ${inKeyspace("second")}`)
        assert.lengthOf(rows, 1)
      })
    )

    it.effect("adds a column and creates an index that are missing, each alone", () =>
      Effect.gen(function* () {
        const { settings, folder, in: inKeyspace } = yield* migrated
        yield* runCql(`DROP INDEX ${inKeyspace("by_name")}`)
        yield* runCql(`ALTER TABLE ${inKeyspace("first")} DROP item`)
        assert.deepStrictEqual((yield* apply(settings, folder)).repairs, [
          { kind: "column", name: "first.item" },
          { kind: "index", name: "by_name" }
        ])
        yield* runCql(`INSERT INTO ${inKeyspace("first")} (id, item, name) VALUES (1, 'a', 'b')`)
        assert.deepStrictEqual(yield* apply(settings, folder), nothingDone)
      })
    )

    it.effect("its own record, dropped, is written again, and no table is touched", () =>
      Effect.gen(function* () {
        const { settings, folder, in: inKeyspace } = yield* migrated
        yield* runCql(`DROP TABLE ${inKeyspace("counterfoil_migrations")}`)
        assert.match(
          (yield* preview(settings, folder)).join(),
          /^USE "[^"]+",CREATE TABLE [^;]*counterfoil_migr[^;]*$/
        )
        assert.deepStrictEqual(yield* apply(settings, folder), {
          ...nothingDone,
          migrations: [first, second]
        })
        assert.deepStrictEqual(yield* apply(settings, folder), nothingDone)
      })
    )

    it.effect("a keyspace that was dropped is created anew, with everything", () =>
      Effect.gen(function* () {
        const { settings, folder } = yield* migrated
        yield* runCql(`DROP KEYSPACE ${settings.keyspace}`)
        assert.deepStrictEqual(yield* preview(settings, folder), yield* plan(settings, folder))
        assert.deepStrictEqual(yield* apply(settings, folder), {
          keyspaceCreated: true,
          migrations: [first, second],
          repairs: []
        })
      })
    )

    it.effect("two at once make a dropped table again once between them", () =>
      Effect.gen(function* () {
        const { settings, folder, in: inKeyspace } = yield* migrated
        yield* runCql(`DROP TABLE ${inKeyspace("first")}`)
        const both = yield* Effect.all([apply(settings, folder), apply(settings, folder)], { concurrency: 2 })
        assert.deepStrictEqual(
          both.flatMap(({ repairs }) => repairs),
          [{ kind: "table", name: "first" }]
        )
      })
    )

    it.effect(
      "a fact table of another type, or with another key, is refused by name, and left as it is",
      () =>
        Effect.gen(function* () {
          const settings = settingsFor(yield* ownKeyspace)
          const table = `${settings.keyspace}.orders_payments_facts`
          yield* apply(settings)
          yield* runCql(`DROP TABLE ${table}`)
          yield* runCql(
            `CREATE TABLE ${table} (order_id bigint, item varchar, quantity int, PRIMARY KEY (order_id, item))`
          )
          const error = yield* Effect.flip(apply(settings, migrationFolder))
          assert.strictEqual(error._tag, "MigrationRefused")
          assert.include(error.message, "orders_payments_facts.quantity is int and must be bigint")
          assert.include(error.message, "orders_payments_facts.item is a clustering key and must be a value")
          assert.notInclude(error.message, "order_id is")
          const { rows } = yield* runCql(
            `SELECT column_name FROM system_schema.columns WHERE keyspace_name = '${settings.keyspace}' AND table_name = 'orders_payments_facts'`
          )
          assert.lengthOf(rows, 3)
        })
    )
  })
})

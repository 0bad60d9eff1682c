import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { migration, migrationFolder, readMigrations } from "../../../src/cassandra/internal/MigrationFiles.ts"
import { schemaChange } from "../../../src/cassandra/internal/SchemaChange.ts"
import { factColumns } from "../../../src/domain/Fact.ts"

describe("the files of cql/", () => {
  it.effect("are found, numbered without a gap, and each begins with a header", () =>
    Effect.gen(function* () {
      const names = (yield* readMigrations(migrationFolder)).map((one) => one.name)
      assert.isAbove(names.length, 0)
      for (const [at, name] of names.entries()) {
        assert.match(name, /^\d{4}_[a-z0-9_]+\.cql$/)
        assert.strictEqual(Number(name.slice(0, 4)), at + 1)
        assert.match(
          readFileSync(`${migrationFolder}/${name}`, "utf8"),
          /^-- Table .+\n-- Key .+\n-- Queries /
        )
      }
    })
  )

  it.effect(
    "hold only what the reader of statements understands, name no keyspace, and can be run twice",
    () =>
      Effect.gen(function* () {
        for (const { name, statements } of yield* readMigrations(migrationFolder)) {
          assert.isAbove(statements.length, 0)
          for (const statement of statements) {
            assert.notMatch(statement, /['"$]|\/\*|\bUSE\b|\bKEYSPACE\b|\w\.\w/i, name)
            assert.match(statement, /IF NOT EXISTS/, name)
            // What it makes can be looked for, so that setup makes it again once it is dropped.
            assert.notStrictEqual(schemaChange(statement)._tag, "Unseen", name)
          }
        }
      })
  )

  it.effect("make a table with the columns of a fact, in their order", () =>
    Effect.gen(function* () {
      const [first] = yield* readMigrations(migrationFolder)
      const columns = first?.statements[0]?.match(/\w+(?= (bigint|text|double))/g)
      assert.deepStrictEqual(columns, [...factColumns])
    })
  )

  it("a mended comment, or another line break, is no change; another statement is", () => {
    const one = migration("0001_a.cql", "-- a comment\nCREATE TABLE a\n  (b int);")
    const mended = migration("0001_a.cql", "-- another\r\nCREATE TABLE a (b int) ;\n")
    const changed = migration("0001_a.cql", "CREATE TABLE a (b text);")
    assert.strictEqual(mended.checksum, one.checksum)
    assert.notStrictEqual(changed.checksum, one.checksum)
    assert.deepStrictEqual(one.statements, ["CREATE TABLE a (b int)"])
  })
})

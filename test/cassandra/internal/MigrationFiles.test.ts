import { assert, describe, it } from "@effect/vitest"
import { migration } from "../../../src/cassandra/internal/MigrationFiles.ts"

describe("the checksum of a migration", () => {
  it("another comment, or another line break, is no change; another statement is", () => {
    const one = migration("0001_a.cql", "-- a comment\nCREATE TABLE a\n  (b int);")
    const mended = migration("0001_a.cql", "-- another\r\nCREATE TABLE a (b int) ;\n")
    const changed = migration("0001_a.cql", "CREATE TABLE a (b text);")
    assert.strictEqual(mended.checksum, one.checksum)
    assert.notStrictEqual(changed.checksum, one.checksum)
    assert.deepStrictEqual(one.statements, ["CREATE TABLE a (b int)"])
  })
})

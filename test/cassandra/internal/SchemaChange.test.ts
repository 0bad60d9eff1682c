import { assert, describe, it } from "@effect/vitest"
import { type SchemaChange, schemaChange } from "../../../src/cassandra/internal/SchemaChange.ts"

const value = (name: string, type: string) => ({ name, type, role: "value" }) as const

const statements: ReadonlyArray<readonly [statement: string, change: SchemaChange]> = [
  [
    "CREATE TABLE IF NOT EXISTS Facts ( order_id bigint PRIMARY KEY, item VARCHAR )",
    {
      _tag: "CreateTable",
      table: "facts",
      columns: [{ name: "order_id", type: "bigint", role: "partition key" }, value("item", "text")]
    }
  ],
  [
    "CREATE TABLE t (a int, b int, c int, d map<text,int>, s text static, PRIMARY KEY ((a, b), c)) WITH CLUSTERING ORDER BY (c DESC) AND gc_grace_seconds = 0",
    {
      _tag: "CreateTable",
      table: "t",
      columns: [
        { name: "a", type: "int", role: "partition key" },
        { name: "b", type: "int", role: "partition key" },
        { name: "c", type: "int", role: "clustering key" },
        value("d", "map<text, int>"),
        { name: "s", type: "text", role: "static" }
      ]
    }
  ],
  [
    "create table t (a int, b int, primary key (a, b))",
    {
      _tag: "CreateTable",
      table: "t",
      columns: [
        { name: "a", type: "int", role: "partition key" },
        { name: "b", type: "int", role: "clustering key" }
      ]
    }
  ],
  ["ALTER TABLE t ADD a int", { _tag: "AddColumns", table: "t", columns: [value("a", "int")] }],
  [
    "ALTER TABLE t ADD IF NOT EXISTS (a int, b frozen<list<text>>)",
    { _tag: "AddColumns", table: "t", columns: [value("a", "int"), value("b", "frozen<list<text>>")] }
  ],
  [
    "CREATE INDEX IF NOT EXISTS by_a ON t (a) USING 'sai'",
    { _tag: "CreateIndex", table: "t", index: "by_a" }
  ],
  ["CREATE CUSTOM INDEX by_a ON t (a)", { _tag: "CreateIndex", table: "t", index: "by_a" }],
  ["ALTER TABLE t WITH gc_grace_seconds = 0", { _tag: "SetOptions", table: "t" }],
  ["INSERT INTO t (a) VALUES (1)", { _tag: "Unseen" }],
  ["ALTER TABLE t DROP a", { _tag: "Unseen" }]
]

describe("what a statement makes", () => {
  it.each(statements)("%s", (statement, change) => {
    assert.deepStrictEqual(schemaChange(statement), change)
  })
})

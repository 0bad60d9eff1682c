import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Migration, migration } from "../../../src/cassandra/internal/MigrationFiles.ts"
import { type ExistingTable, planMigrations } from "../../../src/cassandra/internal/MigrationPlan.ts"
import type { Column, ColumnRole } from "../../../src/cassandra/internal/SchemaChange.ts"

const createA = "CREATE TABLE IF NOT EXISTS a (id bigint PRIMARY KEY, item text)"
const addTwo = "ALTER TABLE a ADD (name text, size int)"
const indexA = "CREATE INDEX by_name ON a (name)"
const optionsOfA = "ALTER TABLE a WITH gc_grace_seconds = 0"
const createB = "CREATE TABLE b (id bigint PRIMARY KEY)"
const fillB = "INSERT INTO b (id) VALUES (1)"

const first = migration("0001_a.cql", createA)
const second = migration("0002_more.cql", [addTwo, indexA, optionsOfA, createB, fillB].join(";"))
const all = [first, second]

const table = (
  columns: Readonly<Record<string, string>>,
  indexes: ReadonlyArray<string> = [],
  roles: Readonly<Record<string, ColumnRole>> = {}
): ExistingTable => ({
  columns: new Map(
    Object.entries(columns).map(([name, type]): [string, Column] => [
      name,
      { name, type, role: roles[name] ?? (name === "id" ? "partition key" : "value") }
    ])
  ),
  indexes: new Set(indexes)
})

const wholeA = table({ id: "bigint", item: "text", name: "text", size: "int" }, ["by_name"])
const wholeB = table({ id: "bigint" })

/** What is planned: migrations to record, CQL, and what is said to be made again; or the refusal. */
const planOf = (
  tables: Readonly<Record<string, ExistingTable>>,
  applied: ReadonlyArray<Migration> = all,
  migrations: ReadonlyArray<Migration> = all
) =>
  Result.match(
    planMigrations(migrations, {
      applied: new Map(applied.map(({ name, checksum }) => [name, checksum])),
      tables: new Map(Object.entries(tables))
    }),
    {
      onFailure: ({ message }) => message,
      onSuccess: (steps) => ({
        recorded: steps.filter(({ isNew }) => isNew).map(({ migration: { name } }) => name),
        queries: steps.flatMap(({ queries }) => queries),
        repairs: steps.flatMap(({ repairs }) => repairs.map(({ kind, name }) => `${kind} ${name}`))
      })
    }
  )

describe("the plan of migrations", () => {
  it("is empty where all are applied and their tables are there", () => {
    assert.deepStrictEqual(planOf({ a: wholeA, b: wholeB }), { recorded: [], queries: [], repairs: [] })
  })

  it("in an empty keyspace is every statement, in order", () => {
    assert.deepStrictEqual(planOf({}, []), {
      recorded: [first.name, second.name],
      queries: [createA, addTwo, indexA, optionsOfA, createB, fillB],
      repairs: []
    })
  })

  it("makes a dropped table again with all that later migrations did to it, whatever the record says", () => {
    assert.deepStrictEqual(planOf({ b: wholeB }), {
      recorded: [],
      queries: [createA, addTwo, indexA, optionsOfA],
      repairs: ["table a"]
    })
    assert.deepStrictEqual(planOf({ a: wholeA }), { recorded: [], queries: [createB], repairs: ["table b"] })
  })

  it("adds the columns that a table lacks, and only those, and an index alone", () => {
    const { columns } = wholeA
    const without = (name: string): ExistingTable => ({
      columns: new Map([...columns].filter(([column]) => column !== name)),
      indexes: new Set(["by_name"])
    })
    assert.deepStrictEqual(planOf({ a: without("size"), b: wholeB }), {
      recorded: [],
      queries: ["ALTER TABLE a ADD size int"],
      repairs: ["column a.size"]
    })
    assert.deepStrictEqual(planOf({ a: without("item"), b: wholeB }), {
      recorded: [],
      queries: ["ALTER TABLE a ADD item text"],
      repairs: ["column a.item"]
    })
    assert.deepStrictEqual(planOf({ a: { columns, indexes: new Set() }, b: wholeB }), {
      recorded: [],
      queries: [indexA],
      repairs: ["index by_name"]
    })
  })

  it("without its record runs only what is missing, and records everything", () => {
    assert.deepStrictEqual(planOf({ a: wholeA, b: wholeB }, []), {
      recorded: [first.name, second.name],
      queries: [optionsOfA, fillB],
      repairs: []
    })
  })

  it("applies what is new to a dropped table that it makes again before", () => {
    assert.deepStrictEqual(planOf({}, [first]), {
      recorded: [second.name],
      queries: [createA, addTwo, indexA, optionsOfA, createB, fillB],
      repairs: ["table a"]
    })
  })

  it("completes a table that was there before any migration", () => {
    assert.deepStrictEqual(planOf({ a: table({ id: "bigint" }) }, [], [first]), {
      recorded: [first.name],
      queries: ["ALTER TABLE a ADD item text"],
      repairs: ["column a.item"]
    })
  })

  it.each([
    ["another type", table({ id: "bigint", item: "int" }), "a.item is int and must be text (0001_a.cql)"],
    ["no key column", table({ item: "text" }), "a.id is missing and must be a partition key (0001_a.cql)"],
    [
      "a longer key",
      table({ id: "bigint", item: "text" }, [], { item: "clustering key" }),
      "a.item is a clustering key and must be a value (0001_a.cql)"
    ]
  ] as const)("refuses a table with %s, and names the column", (_, a, message) => {
    for (const applied of [[], [first]]) {
      assert.include(planOf({ a }, applied, [first]), `${message}: Cassandra changes neither types nor keys`)
    }
  })

  it("refuses a migration that was changed after it was applied, dropped or not", () => {
    const changed = migration(first.name, createA.replace("text", "int"))
    assert.include(planOf({}, [changed]), "0001_a.cql was changed after it was applied")
  })
})

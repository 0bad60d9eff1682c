/** Checks of the tables: that they are there, as declared, and keep what is written. */
import { Result } from "effect"
import type { Column, Index } from "../cassandra/TableSchema.ts"
import type { CassandraReading } from "./CassandraReading.ts"
import type { Check, Judgement, Problem } from "./Check.ts"
import { identifier, tableName } from "./Cql.ts"
import { notMade, whenRead } from "./Reading.ts"

const setUp = "run `counterfoil setup cassandra`"

const tablesExist: Check<CassandraReading> = {
  code: "CF-201",
  group: "cassandra",
  title: "the tables exist",
  worst: "fatal",
  remedy: "`counterfoil setup cassandra`",
  needs: [],
  judge: (reading) =>
    eachTable(reading, (table, columns) =>
      columns.length > 0
        ? []
        : [
            {
              severity: "fatal",
              found: `table ${nameIn(reading, table)} does not exist`,
              expected: "the tables of all migrations",
              remedy: setUp
            }
          ]
    )
}

const columnsFit: Check<CassandraReading> = {
  code: "CF-202",
  group: "cassandra",
  title: "columns have the types and the keys that the migrations declare",
  worst: "fatal",
  remedy:
    "`counterfoil setup cassandra` adds columns that are missing; where types or keys differ, another keyspace",
  needs: ["CF-201"],
  judge: (reading) =>
    eachTable(reading, (table, columns) => {
      const declared = reading.plan.tables.get(table) ?? []
      const present = new Map(columns.map((column) => [column.name, column]))
      const strangers = columns.filter(({ name, role }) => role.endsWith("key") && !isAmong(declared, name))
      return [
        ...declared.flatMap((column) => misfitOf(nameIn(reading, table), column, present.get(column.name))),
        ...strangers.map(({ name, role }) =>
          otherTable(`${nameIn(reading, table)}.${name} is a ${role}`, "no such key")
        )
      ]
    })
}

const isAmong = (columns: ReadonlyArray<Column>, name: string): boolean =>
  columns.some((column) => column.name === name)

const misfitOf = (table: string, declared: Column, present: Column | undefined): ReadonlyArray<Problem> => {
  const { name, role, type } = declared
  if (present === undefined) {
    const found = `column ${table}.${name} does not exist`
    return role.endsWith("key")
      ? [otherTable(found, `a ${role} of type ${type}`)]
      : [{ severity: "fatal", found, expected: `a column of type ${type}`, remedy: setUp }]
  }
  if (present.type !== type)
    return [otherTable(`${table}.${name} is of type ${present.type}`, `type ${type}`)]
  return present.role === role ? [] : [otherTable(`${table}.${name} is a ${present.role}`, `a ${role}`)]
}

/** Cassandra changes neither types nor keys. */
const otherTable = (found: string, expected: string): Problem => ({
  severity: "fatal",
  found,
  expected,
  remedy:
    "use another keyspace (CASSANDRA_KEYSPACE), or save the rows, drop the table and run `counterfoil setup cassandra`"
})

const noColumnDropped: Check<CassandraReading> = {
  code: "CF-203",
  group: "cassandra",
  title: "no column of today was dropped since the oldest message that may still come",
  worst: "warning",
  remedy: "publish again what was published before the column was dropped",
  needs: ["CF-202"],
  judge: (reading) =>
    whenRead(reading.droppedColumns, (dropped) => {
      const { factTable, nowMillis, retentionMillis, tables } = reading.plan
      const declared = tables.get(factTable) ?? []
      return dropped
        .filter(
          ({ droppedAtMillis, name }) =>
            isAmong(declared, name) && droppedAtMillis > nowMillis - retentionMillis
        )
        .map(({ droppedAtMillis, name }): Problem => {
          const at = new Date(droppedAtMillis).toISOString()
          return {
            severity: "warning",
            found: `column ${nameIn(reading, factTable)}.${name} was dropped at ${at} and added again: Cassandra hides values written for messages published before, though it takes them`,
            expected: "no message from before that time in the subscriptions",
            remedy: `after the backlog is stored, publish again what was published before ${at}`
          }
        })
    })
}

const noTimeToLive: Check<CassandraReading> = {
  code: "CF-204",
  group: "cassandra",
  title: "rows stay: the table has no default time to live",
  worst: "warning",
  remedy: "`ALTER TABLE … WITH default_time_to_live = 0`",
  needs: ["CF-201"],
  judge: (reading) =>
    whenRead(reading.options, (options) => {
      const seconds = options?.defaultTimeToLiveSeconds ?? 0
      const name = nameIn(reading, reading.plan.factTable)
      return seconds === 0
        ? []
        : [
            {
              severity: "warning",
              found: `table ${name} has a default time to live of ${seconds} s: rows vanish, an order's columns apart from its payment's`,
              expected: "0",
              remedy: `ALTER TABLE ${name} WITH default_time_to_live = 0`
            }
          ]
    })
}

const noTermLimit: Check<CassandraReading> = {
  code: "CF-205",
  group: "cassandra",
  title: "no index limits how long a text may be",
  worst: "warning",
  remedy: "`DROP INDEX …`",
  needs: ["CF-201"],
  judge: (reading) =>
    whenRead(reading.indexes, (indexes) => {
      const { factTable, keyspace, tables } = reading.plan
      const texts = new Set(
        (tables.get(factTable) ?? []).filter(({ type }) => type === "text").map(({ name }) => name)
      )
      return indexes
        .filter(({ target }) => texts.has(target))
        .map(
          (index): Problem => ({
            severity: "warning",
            found: `index ${index.name} is on the text ${nameIn(reading, factTable)}.${index.target}: ${limitOf(index)}`,
            expected: "no index on a text column",
            remedy: `DROP INDEX ${identifier(keyspace)}.${identifier(index.name)}`
          })
        )
    })
}

/** **Source**: Cassandra 5.0's `sai_string_term_size_fail_threshold`, and its limit on keys of index tables. */
const limitOf = ({ implementation, kind }: Index): string =>
  kind === "CUSTOM"
    ? `a row with a longer text than it takes is refused${implementation === "StorageAttachedIndex" ? " (8 KiB by default)" : ""}`
    : "a row with a text of 64 KiB or more is refused"

const nameIn = ({ plan }: CassandraReading, table: string): string => tableName(plan.keyspace, table)

const eachTable = (
  { columns, plan }: CassandraReading,
  judge: (table: string, columns: ReadonlyArray<Column>) => ReadonlyArray<Problem>
): Judgement => {
  const problems: Array<Problem> = []
  for (const table of plan.tables.keys()) {
    const read = columns.get(table)
    if (read === undefined) continue
    if (Result.isFailure(read)) return notMade(read.failure)
    problems.push(...judge(table, read.success))
  }
  return problems
}

/** The checks of tables. */
export const schemaChecks: ReadonlyArray<Check<CassandraReading>> = [
  tablesExist,
  columnsFit,
  noColumnDropped,
  noTimeToLive,
  noTermLimit
]

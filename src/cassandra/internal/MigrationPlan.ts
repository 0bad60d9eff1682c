/** What has to be done to a keyspace, given the migrations, the record of those applied, and its tables. */
import { Data, Result } from "effect"
import type { Migration } from "./MigrationFiles.ts"
import { type Column, schemaChange } from "./SchemaChange.ts"

/** The schema cannot be brought up to date as things are; the message says what to do. The command exits 2. */
export class MigrationRefused extends Data.TaggedError("MigrationRefused")<{ readonly message: string }> {
  /** Somebody has to mend something first. */
  readonly isRetryable = false
}

/** A table as the cluster has it. */
export interface ExistingTable {
  readonly columns: ReadonlyMap<string, Column>
  readonly indexes: ReadonlySet<string>
}

/** What a keyspace holds. */
export interface ExistingSchema {
  /** Checksums of the migrations that were applied, by file name. */
  readonly applied: ReadonlyMap<string, string>
  readonly tables: ReadonlyMap<string, ExistingTable>
}

/** Something that an applied migration had made, or a table of its name lacks, and that is made again. */
export interface Repair {
  readonly kind: "table" | "column" | "index"
  /** **Shape**: `table`, `table.column`, or the index's name. */
  readonly name: string
}

/** What is done for one migration; nothing for one that is applied and whose things are all there. */
export interface MigrationStep {
  readonly migration: Migration
  /** Whether it is still to be recorded as applied. */
  readonly isNew: boolean
  /** CQL, in order. */
  readonly queries: ReadonlyArray<string>
  readonly repairs: ReadonlyArray<Repair>
}

/**
 * What has to be done, in order.
 *
 * The record tells which migrations were applied, the tables whether what they made is still there: a statement whose
 * table, column or index is missing runs again (a column alone is added), one whose things are there does not run.
 *
 * **Errors**: `MigrationRefused` when an applied file was changed or is unknown here, or when a table has a column of
 * another type or another key than its migration declares.
 */
export const planMigrations = (
  migrations: ReadonlyArray<Migration>,
  { applied, tables }: ExistingSchema
): Result.Result<ReadonlyArray<MigrationStep>, MigrationRefused> => {
  const objection = recordObjection(migrations, applied)
  if (objection !== undefined) return Result.fail(new MigrationRefused({ message: objection }))
  const schema = new Schema(tables)
  const steps = migrations.map((migration): MigrationStep => {
    const isNew = !applied.has(migration.name)
    const made = migration.statements.map((statement) => schema.make(statement, migration.name, isNew))
    return {
      migration,
      isNew,
      queries: made.flatMap(({ queries }) => queries),
      repairs: made.flatMap(({ repairs }) => repairs)
    }
  })
  if (schema.misfits.length > 0) {
    const message =
      `${schema.misfits.join("; ")}: Cassandra changes neither types nor keys, and nothing was done; ` +
      "use another keyspace (CASSANDRA_KEYSPACE), or drop the table once its rows are saved"
    return Result.fail(new MigrationRefused({ message }))
  }
  return Result.succeed(steps.filter(({ isNew, queries }) => isNew || queries.length > 0))
}

interface Made {
  readonly queries: ReadonlyArray<string>
  readonly repairs: ReadonlyArray<Repair>
}

const nothing: Made = { queries: [], repairs: [] }

/** The tables as they will be after the statements so far. */
class Schema {
  /** What is there and is not as declared, in words. */
  readonly misfits: Array<string> = []
  readonly #tables: Map<string, ExistingTable>
  /** Created by this plan: nothing that was set on them since their first creation is there. */
  readonly #created = new Set<string>()

  constructor(tables: ReadonlyMap<string, ExistingTable>) {
    this.#tables = new Map(tables)
  }

  make(statement: string, migration: string, isNew: boolean): Made {
    const change = schemaChange(statement)
    switch (change._tag) {
      case "CreateTable": {
        if (this.#tables.has(change.table)) return this.#complete(change.table, change.columns, migration)
        this.#created.add(change.table)
        this.#tables.set(change.table, { columns: byName(change.columns), indexes: new Set() })
        return { queries: [statement], repairs: isNew ? [] : [{ kind: "table", name: change.table }] }
      }
      case "AddColumns": {
        const { queries, repairs } = this.#complete(change.table, change.columns, migration)
        return {
          queries: queries.length === change.columns.length ? [statement] : queries,
          repairs: isNew || this.#created.has(change.table) ? [] : repairs
        }
      }
      case "CreateIndex": {
        if (this.#tables.get(change.table)?.indexes.has(change.index) === true) return nothing
        const isSaid = !(isNew || this.#created.has(change.table))
        return { queries: [statement], repairs: isSaid ? [{ kind: "index", name: change.index }] : [] }
      }
      case "SetOptions":
        return { queries: isNew || this.#created.has(change.table) ? [statement] : [], repairs: [] }
      case "Unseen":
        return { queries: isNew ? [statement] : [], repairs: [] }
    }
  }

  /** Adds to a table the columns it lacks. */
  #complete(table: string, columns: ReadonlyArray<Column>, migration: string): Made {
    const present = this.#tables.get(table)
    const missing = columns.filter(({ name }) => present?.columns.has(name) !== true)
    for (const column of columns) {
      const misfit = misfitOf(table, column, present?.columns.get(column.name))
      if (misfit !== undefined) this.misfits.push(`${misfit} (${migration})`)
    }
    this.#tables.set(table, {
      columns: new Map([...byName(columns), ...(present?.columns ?? [])]),
      indexes: present?.indexes ?? new Set()
    })
    return {
      queries: missing.map(
        ({ name, type, role }) =>
          `ALTER TABLE ${table} ADD ${name} ${type}${role === "static" ? " static" : ""}`
      ),
      repairs: missing.map(({ name }) => ({ kind: "column", name: `${table}.${name}` }))
    }
  }
}

const byName = (columns: ReadonlyArray<Column>): ReadonlyMap<string, Column> =>
  new Map(columns.map((column) => [column.name, column]))

const misfitOf = (table: string, declared: Column, present: Column | undefined): string | undefined => {
  const name = `${table}.${declared.name}`
  if (present === undefined) {
    return declared.role.endsWith("key") ? `${name} is missing and must be a ${declared.role}` : undefined
  }
  if (present.type !== declared.type) return `${name} is ${present.type} and must be ${declared.type}`
  return present.role === declared.role
    ? undefined
    : `${name} is a ${present.role} and must be a ${declared.role}`
}

/** Why these migrations cannot follow those applied: they must be the first of them, unchanged. */
const recordObjection = (
  migrations: ReadonlyArray<Migration>,
  applied: ReadonlyMap<string, string>
): string | undefined => {
  for (const [name, checksum] of applied) {
    const known = migrations.find((one) => one.name === name)
    if (known === undefined) {
      return `${name} was applied to this keyspace and is unknown here: use the Counterfoil that applied it`
    }
    if (known.checksum !== checksum) {
      return `${name} was changed after it was applied: restore the file, and put the change in a new one`
    }
  }
  const late = migrations.find((one, at) => !applied.has(one.name) && at < applied.size)
  return late === undefined
    ? undefined
    : `${late.name} comes before migrations that were applied already: give it a later number`
}

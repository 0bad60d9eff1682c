/** The tables that migrations declare: what a cluster has once they are applied. */
import { Effect } from "effect"
import { readMigrations } from "./internal/MigrationFiles.ts"
import { type Column, schemaChange } from "./internal/SchemaChange.ts"

/** Columns by the name of their table. */
export type DeclaredTables = ReadonlyMap<string, ReadonlyArray<Column>>

/** The tables of a folder's migrations, all of them applied. **Shape**: `folder` as in `MigratorOptions`. */
export const declaredTables = (folder: string): Effect.Effect<DeclaredTables> =>
  Effect.map(readMigrations(folder), (migrations) => {
    const tables = new Map<string, ReadonlyArray<Column>>()
    for (const statement of migrations.flatMap(({ statements }) => statements)) {
      const change = schemaChange(statement)
      if (change._tag !== "CreateTable" && change._tag !== "AddColumns") continue
      tables.set(change.table, [...(tables.get(change.table) ?? []), ...change.columns])
    }
    return tables
  })

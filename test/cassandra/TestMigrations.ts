/** The migrator as tests use it: the application's migrations unless told otherwise, and one copy of each row. */
import type { CassandraSettings } from "../../src/cassandra/CassandraSettings.ts"
import * as Migrator from "../../src/cassandra/Migrator.ts"
import { migrationFolder } from "../../src/facts/MigrationFolder.ts"

/** Options with one copy of each row. */
export const optionsOf = (folder: string): Migrator.MigratorOptions => ({
  folder,
  replication: { _tag: "Simple", factor: 1 }
})

/** Creates keyspace and tables. */
export const apply = (settings: CassandraSettings, folder = migrationFolder) =>
  Migrator.apply(settings, optionsOf(folder))

/** The CQL for an empty cluster. */
export const plan = (settings: CassandraSettings, folder = migrationFolder) =>
  Migrator.plan(settings, optionsOf(folder))

/** The CQL for the cluster as it is. */
export const preview = (settings: CassandraSettings, folder = migrationFolder) =>
  Migrator.preview(settings, optionsOf(folder))

/** Why the migrator refuses to change a schema. Data without advice, as in `CassandraError`. */
import { Data } from "effect"

/** A migration was applied to the keyspace and is not among the files. */
export class MigrationUnknown extends Data.TaggedError("MigrationUnknown")<{ readonly name: string }> {}

/** A migration's file was changed after it was applied. */
export class MigrationChanged extends Data.TaggedError("MigrationChanged")<{ readonly name: string }> {}

/** A migration that is not applied comes before some that are. */
export class MigrationLate extends Data.TaggedError("MigrationLate")<{ readonly name: string }> {}

/** A table has a column of another type or another key than its migration declares; Cassandra changes neither. */
export class TableDiffers extends Data.TaggedError("TableDiffers")<{
  /** **Shape**: `table.column is int and must be bigint (0001_first.cql)`, one for each column. */
  readonly differences: ReadonlyArray<string>
}> {}

/** The cluster has several nodes, and the keyspace would be created with one copy of each row. */
export class SingleCopy extends Data.TaggedError("SingleCopy")<{ readonly nodes: number }> {}

/** The cluster has several data centres, and the keyspace would be created as if it had one. */
export class OneOfSeveralDataCenters extends Data.TaggedError("OneOfSeveralDataCenters")<{
  readonly dataCenters: ReadonlyArray<string>
}> {}

/** Why a schema cannot be brought up to date. */
export type MigrationReason =
  | MigrationUnknown
  | MigrationChanged
  | MigrationLate
  | TableDiffers
  | SingleCopy
  | OneOfSeveralDataCenters

/** The schema cannot be brought up to date as things are; no table was changed. */
export class MigrationRefused extends Data.TaggedError("MigrationRefused")<{
  readonly reason: MigrationReason
}> {
  /** Somebody has to fix something first. */
  readonly isRetryable = false

  override get message(): string {
    return describe(this.reason)
  }
}

const describe = (reason: MigrationReason): string => {
  switch (reason._tag) {
    case "MigrationUnknown":
      return `${reason.name} was applied to this keyspace and is unknown here`
    case "MigrationChanged":
      return `${reason.name} was changed after it was applied`
    case "MigrationLate":
      return `${reason.name} comes before migrations that were applied already`
    case "TableDiffers":
      return `${reason.differences.join("; ")}: Cassandra changes neither types nor keys, and nothing was done`
    case "SingleCopy":
      return `the cluster has ${reason.nodes} nodes, and replication 1 would keep one copy of each row`
    case "OneOfSeveralDataCenters":
      return (
        `the cluster has the data centres ${reason.dataCenters.join(", ")}, and a number of copies alone ` +
        "(SimpleStrategy) spreads them over all, as if they were one"
      )
  }
}

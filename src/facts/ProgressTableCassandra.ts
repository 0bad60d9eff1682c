/** The progress table in Cassandra. */
import { Effect, Layer } from "effect"
import { Cassandra, type ExecuteOptions, type Statement } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { progressAnswerMillis } from "./Limits.ts"
import {
  progressRemovalStatement,
  progressRowFrom,
  progressRowsStatement,
  progressStatement
} from "./ProgressStatements.ts"
import { ProgressTable, ProgressTableError } from "./ProgressTable.ts"

/**
 * The table `counterfoil_progress` in the cluster's keyspace, of one orders subscription.
 *
 * Its statements are few and small, and do not wait for those of the fact table: a process that cannot renew its row
 * gives its orders back.
 */
export const ProgressTableCassandra = {
  /**
   * **Shape**: `ordersSubscription` is the full name: processes that write it differently would not see each other.
   *
   * **Errors**: building it fails with `TableMissing`, `KeyspaceMissing` or `Unauthorized` when the cluster says so.
   * Later the same is an outage, as in the fact table.
   */
  layer: (ordersSubscription: string) =>
    Layer.effect(
      ProgressTable,
      Effect.gen(function* () {
        const cassandra = yield* Cassandra
        const execute = (operation: string, statement: Statement) =>
          Effect.mapError(cassandra.execute(statement, options), (error) => failureOf(operation, error))
        const read = progressRowsStatement(ordersSubscription)
        const isOutage = (error: CassandraError): boolean => error.isRetryable
        yield* Effect.catchIf(cassandra.execute(read, options), isOutage, () => Effect.void)
        return ProgressTable.of({
          write: (row) =>
            Effect.asVoid(execute("write the progress row", progressStatement(ordersSubscription, row))),
          readAll: Effect.map(execute("read the progress table", read), ({ rows }) =>
            rows.map(progressRowFrom)
          ),
          remove: (process) =>
            Effect.asVoid(
              execute("remove the progress row", progressRemovalStatement(ordersSubscription, process))
            )
        })
      })
    )
} as const

/** Whatever CASSANDRA_CONSISTENCY says: with ONE, a process might not see a row that was written. */
const options: ExecuteOptions = {
  consistency: "LOCAL_QUORUM",
  isUrgent: true,
  timeoutMillis: progressAnswerMillis
}

const failureOf = (operation: string, error: CassandraError): ProgressTableError =>
  new ProgressTableError({
    operation,
    detail: error.message,
    isRetryable: error.isRetryable,
    cause: error
  })

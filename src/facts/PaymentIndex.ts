/** The optional index on the payments of the fact table; nothing but a look-up by payment needs it. */
import { Effect, Result } from "effect"
import type { Cassandra, Node } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { type Index, readIndexes } from "../cassandra/TableSchema.ts"
import { factTable } from "./FactStatements.ts"

/** Which kind of index: `storage-attached` of Cassandra 5.0 on and of Astra, else `classic`. */
export type PaymentIndexKind = "storage-attached" | "classic"

/** The name of the index that {@link createPaymentIndex} makes. */
export const paymentIndexName = "orders_payments_facts_payment_id"

/** CQL that creates the index; Cassandra then builds it beside its work. */
export const createPaymentIndex = (keyspace: string, kind: PaymentIndexKind): string => {
  const on = `INDEX IF NOT EXISTS ${paymentIndexName} ON "${keyspace}".${factTable} (payment_id)`
  return kind === "classic" ? `CREATE ${on}` : `CREATE CUSTOM ${on} USING 'StorageAttachedIndex'`
}

/** The kind that every one of these nodes knows. */
export const paymentIndexKind = (
  nodes: ReadonlyArray<Pick<Node, "releaseVersion">>,
  isAstra: boolean
): PaymentIndexKind =>
  isAstra ||
  (nodes.length > 0 && nodes.every(({ releaseVersion = "" }) => Number.parseInt(releaseVersion, 10) >= 5))
    ? "storage-attached"
    : "classic"

/** The index on the payment's id, whoever created it; undefined where there is none, or the role may not see it. */
export const readPaymentIndex = (
  cassandra: Cassandra["Service"],
  keyspace: string
): Effect.Effect<Index | undefined, CassandraError> =>
  Effect.map(readIndexes(cassandra, { keyspace, table: factTable }), (known) =>
    Result.getOrElse(known, () => []).find(({ target }) => target === "payment_id")
  )

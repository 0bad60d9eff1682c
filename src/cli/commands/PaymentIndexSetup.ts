/** What `setup cassandra --index-payments` does beside the migrations: nobody who does not ask for the index pays for it. */
import { Effect } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import type { CassandraError } from "../../cassandra/CassandraError.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import {
  createPaymentIndex,
  paymentIndexKind,
  paymentIndexName,
  readPaymentIndex
} from "../../facts/PaymentIndex.ts"

/** Creates the index unless there is one, and answers with a line about it. The keyspace has its tables. */
export const indexPayments = (settings: CassandraSettings): Effect.Effect<string, CassandraError> =>
  planned(settings, ({ cassandra, present, query }) =>
    present === undefined
      ? Effect.as(
          cassandra.execute({ query, params: [] }, { prepare: false }),
          `created  index ${paymentIndexName} (of rows that are there already it is built in the background)`
        )
      : Effect.succeed(`exists   index ${present} on payment_id`)
  )

/** The CQL that {@link indexPayments} would run; none where there is an index. */
export const previewPaymentIndex = (
  settings: CassandraSettings
): Effect.Effect<ReadonlyArray<string>, CassandraError> =>
  planned(settings, ({ present, query }) => Effect.succeed(present === undefined ? [query] : []))

/** The CQL for a cluster whose version is not known. */
export const paymentIndexOfEither = ({ keyspace }: CassandraSettings): ReadonlyArray<string> => [
  "-- of Cassandra 5.0 and later:",
  `${createPaymentIndex(keyspace, "storage-attached")};`,
  "-- of earlier ones:",
  `-- ${createPaymentIndex(keyspace, "classic")};`
]

interface Plan {
  readonly cassandra: Cassandra["Service"]
  /** The name of an index that is there. */
  readonly present: string | undefined
  readonly query: string
}

const planned = <A>(
  settings: CassandraSettings,
  use: (plan: Plan) => Effect.Effect<A, CassandraError>
): Effect.Effect<A, CassandraError> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { keyspace, secureBundle } = settings
      const cassandra = yield* Cassandra.make(settings, { maxInFlight: 1, useKeyspace: false })
      const kind = paymentIndexKind(yield* cassandra.nodes, secureBundle !== undefined)
      const present = (yield* readPaymentIndex(cassandra, keyspace))?.name
      return yield* use({ cassandra, present, query: createPaymentIndex(keyspace, kind) })
    })
  )

/** Topics, subscriptions, a table and the environment of one test's own, on the run's real servers. */
import { Effect, type Scope } from "effect"
import { PlainPubSub } from "../support/PlainPubSub.ts"
import { PlainTable } from "../support/PlainTable.ts"
import {
  cassandraAddress,
  cassandraDataCenter,
  emulatorHost,
  projectId,
  serviceEnvironment,
  uniqueName
} from "../support/TestServices.ts"

/** What a test sets, sends and looks at. */
export interface Stage {
  readonly orders: string
  readonly payments: string
  readonly deadLetters: string
  readonly pubsub: PlainPubSub
  readonly table: PlainTable
  /** What `counterfoil` needs to find all of it; the behaviour of the original: no grace. */
  readonly environment: Readonly<Record<string, string>>
}

/** Where the table is, when it is not on the run's shared server. */
export interface StageOptions {
  readonly contactPoints?: string
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly host?: string
  readonly replication?: number
  /** Whether to create the table as the original project does; else `counterfoil setup` has to. */
  readonly table?: boolean
}

/** Sets a stage of its own, and clears it with the scope. */
export const stage = (options: StageOptions = {}): Effect.Effect<Stage, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => set(options)),
    ({ pubsub, table }) => Effect.promise(() => Promise.allSettled([pubsub.close(), table.close()]))
  )

const set = async (options: StageOptions): Promise<Stage> => {
  const host = options.host ?? emulatorHost ?? ""
  const contactPoints = options.contactPoints ?? cassandraAddress ?? ""
  const names = { orders: uniqueName("orders"), payments: uniqueName("payments"), dlq: uniqueName("dlq") }
  const pubsub = new PlainPubSub(host, projectId)
  const table = new PlainTable(contactPoints, cassandraDataCenter, uniqueName("facts"), options.credentials)
  for (const name of Object.values(names)) await pubsub.create(name)
  if (options.table ?? true) {
    await table.createKeyspace(options.replication ?? 1)
    await table.createAsOriginal()
  }
  return {
    orders: names.orders,
    payments: names.payments,
    deadLetters: names.dlq,
    pubsub,
    table,
    environment: {
      ...serviceEnvironment,
      PUBSUB_EMULATOR_HOST: host,
      PUBSUB_PROJECT_ID: projectId,
      CASSANDRA_CONTACT_POINTS: contactPoints,
      CASSANDRA_LOCAL_DATACENTER: cassandraDataCenter,
      CASSANDRA_KEYSPACE: table.keyspace,
      PUBSUB_ORDERS_TOPIC: names.orders,
      PUBSUB_ORDERS_SUBSCRIPTION: `${names.orders}-sub`,
      PUBSUB_PAYMENTS_TOPIC: names.payments,
      PUBSUB_PAYMENTS_SUBSCRIPTION: `${names.payments}-sub`,
      PUBSUB_DLQ_TOPIC: names.dlq,
      PUBSUB_DLQ_SUBSCRIPTION: `${names.dlq}-sub`,
      PAYMENT_GRACE: "0",
      ...(options.credentials === undefined
        ? {}
        : {
            CASSANDRA_USERNAME: options.credentials.username,
            CASSANDRA_PASSWORD: options.credentials.password
          })
    }
  }
}

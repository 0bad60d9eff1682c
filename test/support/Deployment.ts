/** Topics, subscriptions, a keyspace and the settings that name them, for one test or scenario alone. */
import { randomBytes } from "node:crypto"
import { Effect, type Scope } from "effect"
import { PlainPubSub } from "./PlainPubSub.ts"
import { PlainTable } from "./PlainTable.ts"

/** Where the servers are. */
export interface ServerAddresses {
  /** `host:port`. */
  readonly pubsub: string
  readonly projectId: string
  /** `host:port,…`. */
  readonly cassandra: string
  readonly dataCenter: string
  readonly credentials?: { readonly username: string; readonly password: string }
}

/** What differs from one test or scenario to another. */
export interface DeploymentOptions {
  /** Copies of each row. Default 1. */
  readonly replication?: number
  /** Whether to create the table as the original project does; else `counterfoil setup` has to. Default true. */
  readonly table?: boolean
  /** Whether the dead-letter topic exists from the start. Default true. */
  readonly hasDeadLetterTopic?: boolean
  /** The source subscriptions' own dead-letter policy; without, they have none. */
  readonly deliveryAttempts?: number
}

/** A deployment. The subscription of each topic is its name with `-sub`. */
export interface Deployment {
  /** A topic. */
  readonly orders: string
  /** A topic. */
  readonly payments: string
  /** A topic. */
  readonly deadLetters: string
  /** The topic of Pub/Sub's own dead letters, where `deliveryAttempts` is given. */
  readonly givenUp: string
  readonly pubsub: PlainPubSub
  readonly table: PlainTable
  /** The settings of a `counterfoil` that works on this deployment. */
  readonly environment: Readonly<Record<string, string>>
}

/** Creates a deployment; its clients are closed with the scope. */
export const makeDeployment = (
  servers: ServerAddresses,
  options: DeploymentOptions = {}
): Effect.Effect<Deployment, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => create(servers, options)),
    ({ pubsub, table }) => Effect.promise(() => Promise.allSettled([pubsub.close(), table.close()]))
  )

const create = async (servers: ServerAddresses, options: DeploymentOptions): Promise<Deployment> => {
  const run = randomBytes(4).toString("hex")
  const topics = {
    orders: `orders_${run}`,
    payments: `payments_${run}`,
    deadLetters: `dlq_${run}`,
    givenUp: `given_up_${run}`
  }
  const pubsub = new PlainPubSub(servers.pubsub, servers.projectId)
  const table = new PlainTable(servers.cassandra, servers.dataCenter, `facts_${run}`, servers.credentials)
  const { deliveryAttempts: attempts } = options
  if (options.hasDeadLetterTopic ?? true) await pubsub.create(topics.deadLetters)
  if (attempts !== undefined) await pubsub.create(topics.givenUp)
  const policy = attempts === undefined ? undefined : { topic: topics.givenUp, attempts }
  for (const topic of [topics.orders, topics.payments]) await pubsub.create(topic, policy)
  if (options.table ?? true) {
    await table.createKeyspace(options.replication ?? 1)
    await table.createAsOriginal()
  }
  return { ...topics, pubsub, table, environment: environmentOf(servers, topics, table.keyspace) }
}

const environmentOf = (
  { pubsub, projectId, cassandra, dataCenter, credentials }: ServerAddresses,
  { orders, payments, deadLetters }: Pick<Deployment, "orders" | "payments" | "deadLetters">,
  keyspace: string
): Deployment["environment"] => ({
  PUBSUB_EMULATOR_HOST: pubsub,
  PUBSUB_PROJECT_ID: projectId,
  PUBSUB_ORDERS_TOPIC: orders,
  PUBSUB_ORDERS_SUBSCRIPTION: `${orders}-sub`,
  PUBSUB_PAYMENTS_TOPIC: payments,
  PUBSUB_PAYMENTS_SUBSCRIPTION: `${payments}-sub`,
  PUBSUB_DLQ_TOPIC: deadLetters,
  PUBSUB_DLQ_SUBSCRIPTION: `${deadLetters}-sub`,
  CASSANDRA_CONTACT_POINTS: cassandra,
  CASSANDRA_LOCAL_DATACENTER: dataCenter,
  CASSANDRA_KEYSPACE: keyspace,
  ...(credentials === undefined
    ? {}
    : { CASSANDRA_USERNAME: credentials.username, CASSANDRA_PASSWORD: credentials.password })
})

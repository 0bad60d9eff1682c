/** Topics, subscriptions and a keyspace of one scenario's own. */
import { randomBytes } from "node:crypto"
import { Effect, type Scope } from "effect"
import { PlainPubSub } from "../support/PlainPubSub.ts"
import { PlainTable } from "../support/PlainTable.ts"
import type { StreamName } from "./Traffic.ts"

/** Where the servers are. */
export interface Places {
  /** `host:port`. */
  readonly pubsub: string
  readonly projectId: string
  /** `host:port,…`. */
  readonly cassandra: string
  readonly replication: number
}

/** What differs from one scenario to another. */
export interface StageOptions {
  /** Whether the dead-letter topic is there from the start. */
  readonly hasDeadLetterTopic?: boolean
  /** The source subscriptions' own dead-letter policy; without, they have none. */
  readonly deliveryAttempts?: number
}

/** What a scenario sends to, and looks at. */
export interface Stage {
  readonly topics: Readonly<Record<StreamName, string>>
  /** A second subscription of each source topic: it shows what was published, and when. */
  readonly witnesses: Readonly<Record<StreamName, string>>
  readonly deadLetters: string
  /** The topic to which Pub/Sub itself would give up on messages, where there is a policy. */
  readonly givenUp: string
  readonly pubsub: PlainPubSub
  readonly table: PlainTable
  /** What `counterfoil` needs to find all of it. */
  readonly environment: Readonly<Record<string, string>>
}

/** Sets a stage, and clears it with the scope. */
export const stage = (places: Places, options: StageOptions): Effect.Effect<Stage, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => set(places, options)),
    ({ pubsub, table }) => Effect.promise(() => Promise.allSettled([pubsub.close(), table.close()]))
  )

const set = async (places: Places, options: StageOptions): Promise<Stage> => {
  const run = randomBytes(4).toString("hex")
  const topics = { orders: `orders_${run}`, payments: `payments_${run}` }
  const witnesses = { orders: `witness_orders_${run}`, payments: `witness_payments_${run}` }
  const deadLetters = `dlq_${run}`
  const givenUp = `given_up_${run}`
  const pubsub = new PlainPubSub(places.pubsub, places.projectId)
  const attempts = options.deliveryAttempts
  if (options.hasDeadLetterTopic ?? true) await pubsub.create(deadLetters)
  if (attempts !== undefined) await pubsub.create(givenUp)
  for (const stream of ["orders", "payments"] as const) {
    await pubsub.create(topics[stream], attempts === undefined ? undefined : { topic: givenUp, attempts })
    await pubsub.createSubscription(witnesses[stream], topics[stream])
  }
  const table = new PlainTable(places.cassandra, dataCenter, `faults_${run}`)
  await table.createKeyspace(places.replication)
  await table.createAsOriginal()
  return { topics, witnesses, deadLetters, givenUp, pubsub, table, environment: environmentOf() }

  function environmentOf(): Stage["environment"] {
    return {
      PUBSUB_EMULATOR_HOST: places.pubsub,
      PUBSUB_PROJECT_ID: places.projectId,
      CASSANDRA_CONTACT_POINTS: places.cassandra,
      CASSANDRA_LOCAL_DATACENTER: dataCenter,
      CASSANDRA_KEYSPACE: table.keyspace,
      PUBSUB_ORDERS_TOPIC: topics.orders,
      PUBSUB_ORDERS_SUBSCRIPTION: `${topics.orders}-sub`,
      PUBSUB_PAYMENTS_TOPIC: topics.payments,
      PUBSUB_PAYMENTS_SUBSCRIPTION: `${topics.payments}-sub`,
      PUBSUB_DLQ_TOPIC: deadLetters,
      PUBSUB_DLQ_SUBSCRIPTION: `${deadLetters}-sub`
    }
  }
}

/** The name SimpleSnitch gives its only data centre. */
const dataCenter = "datacenter1"

/** What one proof runs on: its names, the making of what has them, and what earlier proofs have left. */
import { randomBytes, randomInt } from "node:crypto"
import { Clock, Duration, Effect, Result } from "effect"
import type { Cassandra } from "../../cassandra/Cassandra.ts"
import { readReplication } from "../../cassandra/TableSchema.ts"
import type { PubSubSettings, TableSettings } from "../../config/Settings.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { scratchSeconds } from "../Limits.ts"
import type { ScratchRefused } from "./LiveReading.ts"
import { liveOrderIds } from "./PairProofs.ts"
import { removeThings, type Scratch, type ScratchThing } from "./Scratch.ts"
import {
  findPreparedKeyspace,
  leftKeyspaces,
  makeScratchKeyspace,
  replicationLike
} from "./ScratchKeyspace.ts"
import { channelsNamed, scratchNames } from "./ScratchNames.ts"
import { findPreparedTopics, leftTopics, makeScratchTopics } from "./ScratchTopics.ts"

/** What somebody has prepared, because the role may not make it. */
export interface Prepared {
  /** What the names of topics and subscriptions begin with. */
  readonly topics: string | undefined
  readonly keyspace: string | undefined
}

/** What a proof is made with. */
export interface LiveDeployment {
  readonly pubSub: PubSubSettings
  readonly cassandra: TableSettings
  readonly processing: ProcessingSettings
  readonly prepared: Prepared
}

/** What killed doctors have left; it is looked for only where things are made, since only then there may be any. */
export const removeEarlier = Effect.fnUntraced(function* (
  prepared: Prepared,
  cassandra: Cassandra["Service"]
) {
  const none: ReadonlyArray<ScratchThing> = []
  const looks = [
    prepared.topics === undefined ? leftTopics : Effect.succeed(none),
    prepared.keyspace === undefined ? leftKeyspaces(cassandra) : Effect.succeed(none)
  ]
  const found = yield* Effect.forEach(
    looks,
    (look) =>
      Effect.result(
        Effect.timeoutOrElse(look, {
          duration: Duration.seconds(scratchSeconds),
          orElse: () => Effect.fail(`no answer within ${scratchSeconds} s`)
        })
      ),
    { concurrency: "unbounded" }
  )
  const { left, removed } = yield* removeThings(
    found.flatMap((one) => (Result.isSuccess(one) ? one.success : []))
  )
  const unknown = found.flatMap((one) => (Result.isFailure(one) ? [one.failure] : []))
  return { earlier: removed, left, unknown }
})

/** The names of one proof, and the ids of its orders: random, and far above what is usual. */
export const scratchPlan = Effect.fnUntraced(function* ({ prepared }: LiveDeployment) {
  const run = randomBytes(4).toString("hex")
  const names = scratchNames(yield* Clock.currentTimeMillis, run)
  return {
    run,
    firstOrderId: firstIdMin + randomInt(2 ** 47),
    channels: prepared.topics === undefined ? names.channels : channelsNamed(prepared.topics),
    keyspace: prepared.keyspace ?? names.keyspace
  }
})

/** The names and ids of one proof. */
export type ScratchPlan = Effect.Success<ReturnType<typeof scratchPlan>>

const firstIdMin = 2 ** 52

/** Makes what is needed, or sees that it is there; answers what it is. */
export const makeScratch = Effect.fnUntraced(function* (
  scratch: Scratch,
  plan: ScratchPlan,
  { cassandra: settings, prepared, pubSub }: LiveDeployment,
  cassandra: Cassandra["Service"]
): Effect.fn.Return<string, ScratchRefused, PubSubAdmin> {
  const clash = clashOf(prepared, settings, pubSub)
  if (clash !== undefined) return yield* Effect.fail(clash)
  const { channels, firstOrderId, keyspace } = plan
  const replication = Effect.map(readReplication(cassandra, settings.keyspace), (known) =>
    Result.isSuccess(known) ? replicationLike(known.success) : undefined
  ).pipe(Effect.orElseSucceed(() => undefined))
  const ofCassandra = Effect.flatMap(replication, (like) =>
    prepared.keyspace === undefined
      ? makeScratchKeyspace(scratch, cassandra, { ...settings, keyspace }, like ?? settings.replication)
      : findPreparedKeyspace(scratch, cassandra, keyspace, liveOrderIds(firstOrderId))
  )
  const ofPubSub =
    prepared.topics === undefined ? makeScratchTopics(scratch, channels) : findPreparedTopics(channels)
  yield* Effect.all([ofPubSub, ofCassandra], { concurrency: "unbounded", discard: true }).pipe(
    Effect.timeoutOrElse({
      duration: Duration.seconds(scratchSeconds),
      orElse: () =>
        Effect.fail<ScratchRefused>({
          found: `scratch topics, subscriptions and tables were not there within ${scratchSeconds} s`,
          expected: "servers that answer",
          remedy: "look at the log of Cassandra, and try again"
        })
    })
  )
  const { topicName } = yield* PubSubAdmin
  return `${topicName(channels.orders.topic)} and others, keyspace ${keyspace}`
})

/** Prepared names that are those of the deployment itself: a proof would send its messages there. */
const clashOf = (
  { keyspace, topics }: Prepared,
  cassandra: TableSettings,
  pubSub: PubSubSettings
): ScratchRefused | undefined => {
  const own = [
    ...[pubSub.ordersTopic, pubSub.paymentsTopic, pubSub.dlqTopic],
    ...[pubSub.ordersSubscription, pubSub.paymentsSubscription, pubSub.dlqSubscription]
  ].map((name) => name.slice(name.lastIndexOf("/") + 1))
  const names =
    topics === undefined
      ? []
      : Object.values(channelsNamed(topics)).flatMap(({ subscription, topic }) => [topic, subscription])
  const found =
    keyspace === cassandra.keyspace
      ? `--live-keyspace is ${keyspace}, which is the keyspace of the deployment`
      : names.some((name) => own.includes(name))
        ? `--live-topics is ${topics}, which names topics or subscriptions of the deployment`
        : undefined
  if (found === undefined) return undefined
  return {
    found,
    expected: "names that nothing else uses: a proof sends orders and payments there",
    remedy: "give another name"
  }
}

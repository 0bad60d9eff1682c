/** The embedded Pub/Sub, and the handle with which tests, simulations and the demo look into it and break it. */
import { Clock, Context, Duration, Effect, Layer, Random } from "effect"
import { type Faults, noFaults } from "./Faults.ts"
import type { BacklogCounts } from "./internal/Backlog.ts"
import type { AcceptedBefore, Published } from "./internal/Published.ts"
import { type ServedTopic, Server } from "./internal/Server.ts"

/** What an embedded broker is made with. */
export interface MemoryBrokerOptions {
  /** Seeds what is drawn for faults. */
  readonly seed?: number
  /** The most deliveries in one batch; Pub/Sub's own sends about 100. */
  readonly batchSize?: number
  /** How many published messages of each topic `publishedTo` remembers at least. */
  readonly history?: number
}

/** A moment's picture of one subscription. */
export interface BacklogPicture extends BacklogCounts {
  /** Whatever is not acknowledged, in the order of publishing. */
  readonly unacknowledged: ReadonlyArray<Published>
}

/**
 * The embedded Pub/Sub: topics that fan out, subscriptions with leases, everything in memory.
 *
 * Leases last as long as the consumer's options say, by the Clock in whose fibers the ports are used, whatever ack
 * deadline a subscription was created with: so it is with streaming pull on the service. Not imitated: retention,
 * ordered delivery, filters, policies, permissions.
 *
 * **Guarantee**: deterministic given a seed and a test clock. Memory grows with what is unacknowledged, and with
 * the remembered history of each topic, which is bounded.
 */
export class MemoryBroker extends Context.Service<
  MemoryBroker,
  {
    /** What the ports of this folder talk to. */
    readonly server: Server

    /** Sets some of the faults; what is not named stays as it is. */
    readonly setFaults: (faults: Partial<Faults>) => Effect.Effect<void>
    /** Ends every fault set by `setFaults`, and unavailability; what was made missing stays missing. */
    readonly heal: Effect.Effect<void>
    /** Makes a topic answer as if it were not there, or be there again with its subscriptions and their messages. */
    readonly setTopicMissing: (topic: string, isMissing: boolean) => Effect.Effect<void>
    /** Makes a subscription answer as if it were not there, or be there again with its messages. */
    readonly setSubscriptionMissing: (subscription: string, isMissing: boolean) => Effect.Effect<void>
    /** Detaches a subscription from its topic, for good: it loses its messages, and who reads it is refused. */
    readonly detach: (subscription: string) => Effect.Effect<void>
    /** Nothing answers for so long (or until `heal`): calls wait or fail with `PubSubUnavailable`, leases run out. */
    readonly makeUnavailable: (duration: Duration.Input) => Effect.Effect<void>
    /**
     * The consumers of one process reach the server for so long no more (or until `heal`; 0: they do again). It sends to
     * them for a while yet; what is lost on the way comes again when its lease ends.
     */
    readonly cutOff: (process: string, duration: Duration.Input) => Effect.Effect<void>
    /**
     * The consumers of a process stand still, or go on: they read nothing and keep no lease, while the server sends them
     * a batch more, which they find in their socket.
     */
    readonly setFrozen: (process: string, isFrozen: boolean) => Effect.Effect<void>
    /**
     * The consumers of a process (see `MemorySubscriber.layerOf`) die: nothing is released, no lease kept, no
     * request of theirs reaches the server, and their `deliveries` stay silent until they are interrupted.
     */
    readonly crash: (process?: string) => Effect.Effect<void>

    /**
     * Puts messages into a topic that were taken out of one: they keep their ids and publish times.
     *
     * **Errors**: an unknown topic is a defect.
     */
    readonly acceptAgain: (topic: string, messages: ReadonlyArray<AcceptedBefore>) => Effect.Effect<void>
    /** The messages of a subscription. **Errors**: an unknown subscription is a defect. */
    readonly backlog: (subscription: string) => Effect.Effect<BacklogPicture>
    /** The most recently published messages of a topic, oldest first. **Errors**: an unknown topic is a defect. */
    readonly publishedTo: (topic: string) => Effect.Effect<ReadonlyArray<Published>>
  }
>()("counterfoil/pubsub/memory/MemoryBroker") {
  /** An embedded broker of its own for whoever is built on this layer. */
  static layerWith(options: MemoryBrokerOptions): Layer.Layer<MemoryBroker> {
    return Layer.effect(MemoryBroker, make(options))
  }

  /** An embedded broker with seed 1, batches of 100, and 10,000 messages of history a topic. */
  static readonly layer = MemoryBroker.layerWith({})
}

/** The process whose consumers are meant when none is named. */
export const defaultProcess = "process-1"

const project = "embedded"

/** The full name of a topic given in short or in full. */
export const fullTopicName = (topic: string): string =>
  topic.startsWith("projects/") ? topic : `projects/${project}/topics/${topic}`

/** The full name of a subscription given in short or in full. */
export const fullSubscriptionName = (subscription: string): string =>
  subscription.startsWith("projects/") ? subscription : `projects/${project}/subscriptions/${subscription}`

function make(options: MemoryBrokerOptions) {
  return Effect.gen(function* () {
    const random = yield* Effect.service(Random.Random).pipe(Random.withSeed(options.seed ?? 1))
    const server = new Server({
      batchSize: options.batchSize ?? 100,
      history: options.history ?? 10_000,
      random: () => random.nextDoubleUnsafe()
    })
    return MemoryBroker.of({
      server,
      setFaults: (faults) =>
        Effect.sync(() => {
          server.faults = { ...server.faults, ...faults }
        }),
      heal: Effect.sync(() => {
        server.faults = noFaults
        server.joinAll()
        server.setUnavailable(Number.NEGATIVE_INFINITY)
      }),
      setTopicMissing: (topic, isMissing) =>
        Effect.sync(() => server.setMissing(fullTopicName(topic), isMissing)),
      setSubscriptionMissing: (subscription, isMissing) =>
        Effect.sync(() => server.setMissing(fullSubscriptionName(subscription), isMissing)),
      detach: (subscription) => Effect.sync(() => server.detach(fullSubscriptionName(subscription))),
      makeUnavailable: (duration) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          server.setUnavailable(now + Duration.toMillis(duration))
        ),
      cutOff: (process, duration) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          server.cutOff(process, now, now + Duration.toMillis(duration))
        ),
      setFrozen: (process, isFrozen) => Effect.sync(() => server.setFrozen(process, isFrozen)),
      crash: (process = defaultProcess) => Effect.sync(() => server.crash(process)),
      acceptAgain: (topic, messages) =>
        Effect.sync(() => server.acceptAgain(topicOf(server, topic), messages)),
      backlog: (subscription) =>
        Effect.map(Clock.currentTimeMillis, (now) => picture(server, subscription, now)),
      publishedTo: (topic) => Effect.sync(() => topicOf(server, topic).published.slice())
    })
  })
}

const topicOf = (server: Server, topic: string): ServedTopic => {
  const served = server.topic(fullTopicName(topic))
  if (served === undefined) throw new Error(`no topic ${topic} in the embedded broker`)
  return served
}

const picture = (server: Server, subscription: string, now: number): BacklogPicture => {
  const served = server.subscription(fullSubscriptionName(subscription))
  if (served === undefined) throw new Error(`no subscription ${subscription} in the embedded broker`)
  if (served.backlog.advance(now)) server.wake(served.name)
  const unacknowledged = Array.from(served.backlog.unacknowledged.values(), (kept) => kept.published)
  return { ...served.backlog.counts, unacknowledged }
}

/** One processor in a world: its own ports, each behind its own link, on a host that may freeze, die or be cut off. */
import { Context, type Duration, Effect, Exit, Layer, Result, Scheduler, Scope } from "effect"
import { TestClock } from "effect/testing"
import { answerMillis } from "../../src/cassandra/Limits.ts"
import { DeadLetters } from "../../src/deadletters/DeadLetters.ts"
import { FactStore, FactStoreError, FactStoreUnavailable } from "../../src/facts/FactStore.ts"
import { ProgressTable, type ProgressTableError } from "../../src/facts/ProgressTable.ts"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import { makeProcessor } from "../../src/ingest/Processor.ts"
import { adminCallSeconds, publishTimeoutSeconds } from "../../src/pubsub/Limits.ts"
import type { Message } from "../../src/pubsub/Message.ts"
import { MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import { Publisher } from "../../src/pubsub/Publisher.ts"
import { PubSubAdmin } from "../../src/pubsub/PubSubAdmin.ts"
import { noAnswer, PubSubError, PubSubUnavailable } from "../../src/pubsub/PubSubError.ts"
import { Subscriber } from "../../src/pubsub/Subscriber.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { type Custody, custodyOf, nothingHeld } from "./Custody.ts"
import type { DeliveryLog } from "./DeliveryLog.ts"
import { progressUnanswered } from "./FaultyProgressTable.ts"
import { type Link, type Outside, ProcessHost, type Remote } from "./ProcessHost.ts"

/** What subscriptions claim to have received and not handed over: the embedded one hands over at once. */
export interface Parked {
  /** **Units**: µs since the epoch. */
  oldestMicros: number | undefined
}

/** The servers of a world, and what a process is told of them. */
export interface Servers {
  readonly outside: Outside
  readonly broker: MemoryBroker["Service"]
  readonly store: FactStore["Service"]
  readonly progress: ProgressTable["Service"]
  readonly publisher: Publisher["Service"]
  readonly admin: PubSubAdmin["Service"]
  readonly parked: Parked
  /** How many ids a subscription holds at most; undefined: as many as by default. */
  readonly heldIdsMax?: number | undefined
  readonly log: DeliveryLog
  /** Topics; the subscription of each is its name with `-sub`. */
  readonly topics: { readonly orders: string; readonly payments: string; readonly deadLetters: string }
}

/** Starts a processor; it is closed with the scope. */
export const startProcess = Effect.fnUntraced(function* (
  servers: Servers,
  settings: ProcessingSettings,
  /** `name`: as the broker knows it; `process`: as the progress table does. */
  { name, process }: { readonly name: string; readonly process: string }
) {
  const { broker, topics } = servers
  const host = new ProcessHost(servers.outside, yield* Scheduler.Scheduler)
  const close = (scope: Scope.Closeable) => (host.isDead ? Effect.void : whileTimePasses(scope))
  const scope = yield* Effect.acquireRelease(Scope.make(), close)
  const custodies = new Map<string, Custody>()
  const ports = portsOf(servers, host, name, custodies)
  const context = yield* Layer.buildWithScope(ports, scope).pipe(host.run)
  const processor = yield* makeProcessor({
    ordersSubscription: `${topics.orders}-sub`,
    paymentsSubscription: `${topics.payments}-sub`,
    deadLetterTopic: topics.deadLetters,
    redrivesFrom: `${topics.deadLetters}-sub`,
    process,
    processing: settings
  }).pipe(Effect.provide(context), Scope.provide(scope), host.run)
  const running = yield* Effect.forkIn(processor.run, scope).pipe(host.run)
  yield* pass(0)
  return {
    name,
    processor,
    running,
    subscription: Context.get(context, Subscriber),
    totals: Context.get(context, Metrics).totals,
    /** Deliveries that the ledger of a stream must hold, as its subscription sees it. */
    accountable: (topic: string) => custodies.get(`${topic}-sub`)?.accountable ?? Effect.succeed(0),
    /** What its subscription to a topic has handed over and is not settled. */
    held: (topic: string) => custodies.get(`${topic}-sub`)?.held() ?? nothingHeld,
    redrives: Context.get(context, Metrics).redrives,
    prometheus: Context.get(context, Metrics).prometheus,
    health: Context.get(context, Health).states,
    isFrozen: () => host.isFrozen,
    /** Interrupts `run`, as a signal does, waits for its end, and closes everything; lets time pass meanwhile. */
    shutDown: Effect.suspend(() => close(scope)),
    /** The same, in the time that passes anyhow. */
    terminate: Effect.suspend(() => {
      servers.log.ended(name)
      return host.isDead ? Effect.void : Scope.close(scope, Exit.void)
    }),
    /** Dies: what is on its way arrives, and nothing more. */
    crash: Effect.suspend(() => {
      host.kill()
      servers.log.ended(name)
      return broker.crash(name)
    }),
    freeze: Effect.suspend(() => {
      host.freeze()
      return broker.setFrozen(name, true)
    }),
    wake: Effect.suspend(() => Effect.andThen(host.wake, broker.setFrozen(name, false))),
    /** Cuts a link, or mends it; `duration`: for how long Pub/Sub is cut off at most. */
    setLink: (remote: Remote, link: Link, duration: Duration.Input = "1 hour") =>
      Effect.suspend(() => {
        host.setLink(remote, link)
        if (remote !== "pubSub") return Effect.void
        return broker.cutOff(name, link === "open" ? 0 : duration)
      })
  }
})

/** Closing may wait for a shutdown timeout, and time passes only where it is made to. */
const whileTimePasses = (scope: Scope.Closeable) =>
  Effect.raceFirst(Scope.close(scope, Exit.void), Effect.forever(TestClock.adjust("100 millis")))

const portsOf = (servers: Servers, host: ProcessHost, name: string, custodies: Map<string, Custody>) => {
  const { broker, log, publisher, topics } = servers
  return Layer.mergeAll(
    watchedSubscriber(servers, name, custodies).pipe(
      Layer.provide(MemorySubscriber.layerOf(name)),
      Layer.provide(Layer.succeed(MemoryBroker, broker))
    ),
    Layer.succeed(FactStore, factsOver(host, servers.store)),
    DeadLetters.layer({ topic: topics.deadLetters, appVersion: "test" }).pipe(
      Layer.provide(
        Layer.succeed(Publisher, {
          publish: (topic, messages) =>
            host
              .request(
                "pubSub",
                publisher.publish(topic, messages),
                Effect.sync(() => messages.map(() => Result.fail(unanswered("publish", topic)))),
                publishTimeoutSeconds * 1_000
              )
              .pipe(logPublishes(log, messages))
        })
      )
    ),
    Layer.succeed(ProgressTable, progressOver(host, servers.progress)),
    Layer.succeed(PubSubAdmin, adminOver(host, servers.admin)),
    Layer.fresh(Metrics.layer),
    Layer.fresh(Health.layer)
  )
}

/** Dead letters say of which delivery they are. */
const logPublishes = (log: DeliveryLog, messages: ReadonlyArray<Message>) => {
  const logged = messages.map(({ attributes }) =>
    log.find(attributes["dlq-message-id"] ?? "", Number(attributes["dlq-delivery-attempt"]))
  )
  return <E>(publish: Effect.Effect<ReadonlyArray<Result.Result<string, E>>>) =>
    Effect.suspend(() => {
      for (const delivery of logged) if (delivery !== undefined) delivery.publishesAsked += 1
      return Effect.tap(publish, (answers) =>
        Effect.sync(() => {
          logged.forEach((delivery, index) => {
            const answer = answers[index]
            if (delivery !== undefined && answer !== undefined && Result.isSuccess(answer))
              delivery.publishesConfirmed += 1
          })
        })
      )
    })
}

const factsOver = (host: ProcessHost, store: FactStore["Service"]): FactStore["Service"] => {
  const away = (operation: string) =>
    new FactStoreError({
      operation,
      reason: new FactStoreUnavailable({ detail: "no host answers", cause: undefined })
    })
  const failed = (operation: string, elements: ReadonlyArray<unknown>) =>
    Effect.sync(() => elements.map(() => Result.fail(away(operation))))
  return {
    ...store,
    storeOrders: (writes) =>
      host.request("facts", store.storeOrders(writes), failed("store orders", writes), answerMillis),
    storePayments: (writes) =>
      host.request("facts", store.storePayments(writes), failed("store payments", writes), answerMillis),
    states: (orderIds) =>
      host.request("facts", store.states(orderIds), failed("read states", orderIds), answerMillis),
    ping: host.request(
      "facts",
      store.ping,
      Effect.suspend(() => Effect.fail(away("ping"))),
      answerMillis
    )
  }
}

const progressOver = (host: ProcessHost, table: ProgressTable["Service"]): ProgressTable["Service"] => {
  const over = <A>(operation: string, serve: Effect.Effect<A, ProgressTableError>) =>
    host.request(
      "progress",
      serve,
      Effect.suspend(() => Effect.fail(progressUnanswered(operation))),
      answerMillis
    )
  return {
    write: (row) => over("write progress", table.write(row)),
    readAll: over("read progress", table.readAll),
    remove: (process) => over("remove progress", table.remove(process))
  }
}

const adminOver = (host: ProcessHost, admin: PubSubAdmin["Service"]): PubSubAdmin["Service"] => ({
  ...admin,
  topicExists: (topic) =>
    host.request(
      "pubSub",
      admin.topicExists(topic),
      Effect.suspend(() => Effect.fail(unanswered("get topic", topic))),
      adminCallSeconds * 1_000
    ),
  describeSubscription: (subscription) =>
    host.request(
      "pubSub",
      admin.describeSubscription(subscription),
      Effect.suspend(() => Effect.fail(unanswered("get subscription", subscription))),
      adminCallSeconds * 1_000
    )
})

const unanswered = (operation: string, resource: string): PubSubError =>
  new PubSubError({
    operation,
    resource,
    reason: new PubSubUnavailable({ detail: noAnswer, cause: "cut off" })
  })

const watchedSubscriber = (servers: Servers, name: string, custodies: Map<string, Custody>) =>
  Layer.effect(
    Subscriber,
    Effect.map(Subscriber, (inner) =>
      Subscriber.of({
        open: (options) =>
          Effect.gen(function* () {
            const { heldIdsMax, log, parked } = servers
            // What a subscription held when it was closed is nobody's any more.
            yield* Effect.addFinalizer(() => Effect.sync(() => custodies.delete(options.subscription)))
            const open = yield* inner.open(
              heldIdsMax === undefined ? options : { ...options, heldIds: { max: heldIdsMax } }
            )
            const custody = custodyOf(open, name, log)
            custodies.set(options.subscription, custody)
            return {
              ...custody.subscription,
              progress: Effect.map(open.progress ?? Effect.never, (progress) => ({
                ...progress,
                oldestUndeliveredMicros: parked.oldestMicros
              }))
            }
          })
      })
    )
  )

/** Redrives, dry runs and looks in a world: the dead-letter subscription under a test clock. */
import { type Context, Duration, Effect, Fiber, Layer, Scope } from "effect"
import { openDeadLetters } from "../../src/deadletters/DeadLetterReader.ts"
import { FactStore } from "../../src/facts/FactStore.ts"
import { everyDeadLetter } from "../../src/ingest/DeadLetterFilter.ts"
import { makeDeadLetterSurvey, type SurveyPicture } from "../../src/ingest/DeadLetterSurvey.ts"
import { makeRedrive, type RedriveOptions, type RedriveTally } from "../../src/ingest/Redrive.ts"
import { makeRedriveAttempt } from "../../src/ingest/RedriveAttempt.ts"
import { fullSubscriptionName, MemoryBroker } from "../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../src/pubsub/memory/MemorySubscriber.ts"
import type { Subscriber } from "../../src/pubsub/Subscriber.ts"
import { eventually } from "../../src/testing/VirtualTime.ts"
import { faultyFactStore } from "./FaultyFactStore.ts"
import { messageOf, orderOf, paymentOf } from "./Samples.ts"
import { deadLetterTopic, ordersTopic, type Process, paymentsTopic, type World } from "./World.ts"

/** The dead-letter subscription of a world. */
export const deadLetterSubscription = `${deadLetterTopic}-sub`

/** The full names of the source subscriptions of a world. */
export const worldSources = {
  orders: fullSubscriptionName(`${ordersTopic}-sub`),
  payments: fullSubscriptionName(`${paymentsTopic}-sub`)
}

const common = {
  subscription: deadLetterSubscription,
  sources: worldSources,
  maxRowBytes: 2 ** 20,
  includesForeign: false,
  patienceMillis: 10_000
}

/** Messages of the dead-letter subscription that are not acknowledged. */
export const remaining = (world: World) => world.pending(deadLetterTopic)

/** Begins a redrive in a process of its own. */
export const redriving = Effect.fnUntraced(function* (
  world: World,
  options: Partial<RedriveOptions> = {},
  process = "redrive"
) {
  const context = yield* portsOf(world, process)
  const scope = yield* Scope.make()
  const redrive = yield* makeRedrive({
    ...common,
    ...{ isDry: false, filter: everyDeadLetter, pace: {} },
    ...options
  }).pipe(Effect.provide(context), Scope.provide(scope))
  const fiber = yield* Effect.forkIn(redrive.run, scope)
  const ended = Effect.sync(() => fiber.pollUnsafe() !== undefined)
  return {
    tally: redrive.tally,
    ledger: redrive.ledger,
    /** Ends it as a first Ctrl-C does. */
    interrupt: Effect.andThen(Effect.forkIn(Fiber.interrupt(fiber), scope), eventually("the stop", ended)),
    crash: world.broker.crash(process),
    end: Effect.gen(function* () {
      yield* eventually("the end of a redrive", ended)
      const exit = yield* Fiber.await(fiber)
      yield* Scope.close(scope, exit)
      yield* exit
      return redrive.tally()
    })
  }
})

/** Redrives to the end. */
export const redriven = (world: World, options: Partial<RedriveOptions> = {}): Effect.Effect<RedriveTally> =>
  Effect.flatMap(redriving(world, options), ({ end }) => Effect.orDie(end))

/** Looks through the dead letters as `dlq list` does. */
export const surveyed = (world: World): Effect.Effect<SurveyPicture> =>
  Effect.scoped(
    Effect.gen(function* () {
      const context = yield* portsOf(world, "list")
      const reader = yield* Effect.provide(openDeadLetters(deadLetterSubscription), context)
      const { attempt } = yield* makeRedriveAttempt({
        ...common,
        ...{ subscription: reader.subscription, isDry: true, patienceMillis: 0 }
      }).pipe(Effect.provide(context))
      const survey = makeDeadLetterSurvey({ filter: everyDeadLetter, newestMax: 10, attempt })
      const fiber = yield* Effect.forkScoped(
        reader.look((letters) => Effect.as(survey.add(letters), "go-on" as const))
      )
      yield* eventually(
        "the end of a look",
        Effect.sync(() => fiber.pollUnsafe() !== undefined)
      )
      yield* Effect.orDie(Fiber.join(fiber))
      return survey.picture()
    })
  )

/** The ports of a process of its own. */
export const portsOf = (
  world: World,
  process: string
): Effect.Effect<Context.Context<Subscriber | FactStore>> =>
  Effect.scoped(
    Layer.build(
      Layer.merge(
        MemorySubscriber.layerOf(process).pipe(Layer.provide(Layer.succeed(MemoryBroker, world.broker))),
        Layer.succeed(FactStore, faultyFactStore(world.table.store, world.storeFaults))
      )
    )
  )

/** So many ids. */
export const ids = (count: number, from = 1): ReadonlyArray<bigint> =>
  Array.from({ length: count }, (_, index) => BigInt(from + index))

/** Publishes payments whose orders are not there, and lets `run` give them up. */
export const giveUp = Effect.fnUntraced(function* (world: World, payments: ReadonlyArray<bigint>) {
  const process = yield* world.start({ paymentGrace: Duration.zero })
  const before = (yield* remaining(world)).length
  yield* world.publishPayments(...payments.map((id) => paymentOf(id)))
  yield* eventually(
    "all given up",
    Effect.map(remaining(world), (letters) => letters.length === before + payments.length)
  )
  yield* process.shutDown
})

/** Lets `run` store orders. */
export const store = Effect.fnUntraced(function* (world: World, orders: ReadonlyArray<bigint>) {
  const process = yield* world.start()
  yield* world.publishOrders(...orders.map((id) => orderOf(id)))
  yield* eventually(
    "all stored",
    Effect.sync(() => orders.every((id) => world.table.state(id) !== undefined))
  )
  yield* process.shutDown
})

/** Rows with a payment. */
export const matchedIn = (world: World): number =>
  [...world.table.rows.keys()].filter((id) => world.table.state(id)?.payment !== undefined).length

/** A dead letter as it is published by hand. */
export const letterOf = (
  id: bigint,
  attributes: Readonly<Record<string, string>> = {},
  payment = paymentOf(id)
) =>
  messageOf(payment, {
    "dlq-reason": "unmatched-payment",
    "dlq-subscription": worldSources.payments,
    ...attributes
  })

/** Publishes to the dead-letter topic. */
export const publishLetters = (world: World, ...letters: ReadonlyArray<ReturnType<typeof messageOf>>) =>
  world.publishRaw(deadLetterTopic, ...letters)

/** Settings of a process that redrives by itself. */
export const everyMinute = { redriveInterval: Duration.minutes(1) }

/** Publishes letters of payments whose orders are there. */
export const lettersThatWouldMatch = Effect.fnUntraced(function* (world: World, count: number) {
  yield* store(world, ids(count))
  yield* publishLetters(world, ...ids(count).map((id) => letterOf(id)))
})

/** Whether the dead-letter subscription is empty. */
export const noneRemains = (world: World) => Effect.map(remaining(world), (letters) => letters.length === 0)

/** Whether a process has ended a redrive by itself. */
export const hasRedriven = (process: Process) =>
  Effect.map(process.redrives, ({ last }) => last !== undefined)

/** Several processes, of which one is cut off, frozen, killed, or joins late: G5 holds across all of them. */
import { Effect, type Scope } from "effect"
import { type RunningProcessor, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "../Scenario.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"
import type { TcpProxy } from "../TcpProxy.ts"

/** How long a fault lasts; as long as it can be in production where the run is asked for so much. **Units**: seconds. */
const lengthsFor = (messages: number) =>
  messages >= 40_000 ? { blackHole: 120, between: 25, cut: 20 } : { blackHole: 60, between: 15, cut: 20 }

/** From the first message to the last: all of the fault, and some time before and after it. **Units**: seconds. */
const secondsFor = (messages: number): number => {
  const { blackHole, between, cut } = lengthsFor(messages)
  return 15 + blackHole + between + cut + 10
}

/** Suspends until every processor is ready, and traffic has flown for a while. */
const flowing = (context: ScenarioContext, all: ReadonlyArray<RunningProcessor>) =>
  Effect.andThen(Effect.forEach(all, untilReady), context.untilPublished(0.1))

/**
 * A scenario of several processes under 100 orders and 100 payments a second; one payment in fifty has no order.
 *
 * No payment that has an order may become a dead letter, and every other one has to, within its grace and 90 s.
 */
const apart = (
  name: string,
  fault: string,
  run: (context: ScenarioContext) => Effect.Effect<void, ScenarioError, Scope.Scope>,
  seconds: (messages: number) => number = secondsFor
): Scenario => ({
  name,
  fault,
  load: (messages) =>
    steadyTraffic({
      seconds: seconds(messages),
      seed: 61,
      ordersPerSecond: 98,
      paymentsPerSecond: 100,
      lateOrderEverySeconds: 5
    }),
  // Not before there are enough of them for the load to be steady: its length decides how long the fault may last.
  loadSeconds: seconds,
  unmatchedWithinSeconds: 30 + 90,
  settleWithinSeconds: 240,
  run
})

/** Black-holes a connection, lets it flow, and cuts it. */
const cutOff = (context: ScenarioContext, proxy: TcpProxy) =>
  Effect.gen(function* () {
    const { blackHole, between, cut } = lengthsFor(context.messages)
    yield* proxy.set({ _tag: "BlackHole" })
    yield* Effect.sleep(`${blackHole} seconds`)
    yield* proxy.set({ _tag: "Pass" })
    yield* Effect.sleep(`${between} seconds`)
    yield* proxy.set({ _tag: "Cut" })
    yield* Effect.sleep(`${cut} seconds`)
    yield* proxy.set({ _tag: "Pass" })
  })

const withoutCassandra = apart(
  "one-without-cassandra",
  "of two processes one cut off from Cassandra, twice",
  (context) =>
    Effect.gen(function* () {
      const { processors, toCassandra } = context
      const environment = { CASSANDRA_CONTACT_POINTS: toCassandra.address }
      const both = [yield* processors.start({ environment }), yield* processors.start()]
      yield* flowing(context, both)
      yield* cutOff(context, toCassandra)
      yield* Effect.forEach(both, untilReady)
    })
)

const withoutPubSub = apart(
  "one-without-pubsub",
  "of two processes one cut off from Pub/Sub, twice",
  (context) =>
    Effect.gen(function* () {
      const { processors, toPubSub } = context
      const environment = { PUBSUB_EMULATOR_HOST: toPubSub.address }
      const both = [yield* processors.start({ environment }), yield* processors.start()]
      yield* flowing(context, both)
      yield* context.disturb(
        "one cut off from Pub/Sub",
        Effect.andThen(cutOff(context, toPubSub), Effect.forEach(both, untilReady))
      )
    })
)

/** Longer than a grace and a lease together. **Units**: seconds. */
const frozenSeconds = 60

const freeze = (context: ScenarioContext, processor: RunningProcessor) =>
  context.disturb(
    "a process frozen",
    processor
      .signal("SIGSTOP")
      .pipe(
        Effect.andThen(Effect.sleep(`${frozenSeconds} seconds`)),
        Effect.andThen(processor.signal("SIGCONT")),
        Effect.andThen(untilReady(processor))
      )
  )

const ofOneOrTwo = (name: string, fault: string, processes: number) =>
  apart(
    name,
    fault,
    (context) =>
      Effect.gen(function* () {
        const all = yield* Effect.replicateEffect(context.processors.start(), processes)
        yield* flowing(context, all)
        yield* Effect.forEach(all.slice(0, 1), (one) => freeze(context, one))
        yield* Effect.forEach(all, untilReady)
      }),
    () => frozenSeconds + 30
  )

const joining = apart(
  "third-process-joins",
  "a third process started under load",
  (context) =>
    Effect.gen(function* () {
      const { processors, untilPublished } = context
      const both = yield* Effect.replicateEffect(processors.start(), 2)
      yield* flowing(context, both)
      yield* untilPublished(0.5)
      yield* untilReady(yield* processors.start())
    }),
  () => 80
)

const killed = apart(
  "one-of-two-killed",
  "one of two processes killed",
  (context) =>
    Effect.gen(function* () {
      const { processors, untilPublished } = context
      const [one, other] = yield* Effect.all([processors.start(), processors.start()])
      yield* flowing(context, [one, other])
      yield* untilPublished(0.4)
      yield* processors.kill(one)
      yield* untilPublished(1)
      yield* untilReady(other)
    }),
  () => 80
)

/** One apart from the others. */
export const oneOfTwoApart: ReadonlyArray<Scenario> = [
  withoutCassandra,
  withoutPubSub,
  ofOneOrTwo("frozen-alone", "the only process frozen for 60 s", 1),
  ofOneOrTwo("one-of-two-frozen", "one of two processes frozen for 60 s", 2),
  joining,
  killed
]

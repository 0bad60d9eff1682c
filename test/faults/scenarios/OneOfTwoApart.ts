/** Several processes, of which one is cut off, frozen, killed, or joins late: G5 holds across all of them. */
import { Effect, type Scope } from "effect"
import { type RunningProcessor, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "../Scenario.ts"
import { forAtLeast } from "../Signs.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"
import type { TcpProxy } from "../TcpProxy.ts"
import { withoutCassandra } from "./CassandraAway.ts"
import { withoutPubSub } from "./PubSubAway.ts"

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

interface Apart {
  readonly name: string
  readonly fault: string
  readonly signs: Scenario["signs"]
  readonly run: (context: ScenarioContext) => Effect.Effect<void, ScenarioError, Scope.Scope>
  /** For how long the load is published. */
  readonly seconds?: (messages: number) => number
}

/**
 * A scenario of several processes under 100 orders and 100 payments a second; one payment in fifty has no order.
 *
 * No payment that has an order may become a dead letter, and every other one has to, within its grace and 90 s.
 */
const apart = ({ seconds = secondsFor, ...described }: Apart): Scenario => ({
  ...described,
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
  settleWithinSeconds: 240
})

/** Black-holes a connection, meanwhile looks for the signs of it, lets it flow, and cuts it. */
const cutOff = (context: ScenarioContext, proxy: TcpProxy, environment: Readonly<Record<string, string>>) =>
  Effect.gen(function* () {
    const { blackHole, between, cut } = lengthsFor(context.messages)
    yield* proxy.set({ _tag: "BlackHole" })
    yield* forAtLeast(blackHole, context.lookForSigns(environment))
    yield* proxy.set({ _tag: "Pass" })
    yield* Effect.sleep(`${between} seconds`)
    yield* proxy.set({ _tag: "Cut" })
    yield* Effect.sleep(`${cut} seconds`)
    yield* proxy.set({ _tag: "Pass" })
  })

const oneWithoutCassandra = apart({
  name: "one-without-cassandra",
  fault: "of two processes one cut off from Cassandra, twice",
  // The other process is well.
  signs: { ...withoutCassandra, alert: /^CounterfoilPartNotReady$/ },
  run: (context) =>
    Effect.gen(function* () {
      const { processors, toCassandra } = context
      const environment = { CASSANDRA_CONTACT_POINTS: toCassandra.address }
      const both = [yield* processors.start({ environment }), yield* processors.start()]
      yield* flowing(context, both)
      yield* cutOff(context, toCassandra, environment)
      yield* Effect.forEach(both, untilReady)
    })
})

const oneWithoutPubSub = apart({
  name: "one-without-pubsub",
  fault: "of two processes one cut off from Pub/Sub, twice",
  signs: { ...withoutPubSub, alert: /^CounterfoilPartNotReady$/ },
  run: (context) =>
    Effect.gen(function* () {
      const { processors, toPubSub } = context
      const environment = { PUBSUB_EMULATOR_HOST: toPubSub.address }
      const both = [yield* processors.start({ environment }), yield* processors.start()]
      yield* flowing(context, both)
      yield* context.disturb(
        "one cut off from Pub/Sub",
        Effect.andThen(cutOff(context, toPubSub, environment), Effect.forEach(both, untilReady))
      )
    })
})

/** Longer than a grace and a lease together. **Units**: seconds. */
const frozenSeconds = 60

const freeze = (context: ScenarioContext, processor: RunningProcessor) =>
  context.disturb(
    "a process frozen",
    processor
      .signal("SIGSTOP")
      .pipe(
        Effect.andThen(forAtLeast(frozenSeconds, context.lookForSigns())),
        Effect.andThen(processor.signal("SIGCONT")),
        Effect.andThen(untilReady(processor))
      )
  )

const ofOneOrTwo = (processes: number, described: Pick<Apart, "name" | "fault" | "signs">) =>
  apart({
    ...described,
    run: (context) =>
      Effect.gen(function* () {
        const all = yield* Effect.replicateEffect(context.processors.start(), processes)
        yield* flowing(context, all)
        yield* Effect.forEach(all.slice(0, 1), (one) => freeze(context, one))
        yield* Effect.forEach(all, untilReady)
      }),
    seconds: () => frozenSeconds + 30
  })

const joining = apart({
  name: "third-process-joins",
  fault: "a third process started under load",
  signs: { nothingToTell: "it takes its share, and nobody waits for it" },
  run: (context) =>
    Effect.gen(function* () {
      const { processors, untilPublished } = context
      const both = yield* Effect.replicateEffect(processors.start(), 2)
      yield* flowing(context, both)
      yield* untilPublished(0.5)
      yield* untilReady(yield* processors.start())
    }),
  seconds: () => 80
})

const killed = apart({
  name: "one-of-two-killed",
  fault: "one of two processes killed",
  signs: { nothingToTell: "the other goes on, and waits a minute for its row" },
  run: (context) =>
    Effect.gen(function* () {
      const { processors, untilPublished } = context
      const [one, other] = yield* Effect.all([processors.start(), processors.start()])
      yield* flowing(context, [one, other])
      yield* untilPublished(0.4)
      yield* processors.kill(one)
      yield* untilPublished(1)
      yield* untilReady(other)
    }),
  seconds: () => 80
})

/** One apart from the others. */
export const oneOfTwoApart: ReadonlyArray<Scenario> = [
  oneWithoutCassandra,
  oneWithoutPubSub,
  ofOneOrTwo(1, {
    name: "frozen-alone",
    fault: "the only process frozen for 60 s",
    // It answers nothing, and doctor asks no process.
    signs: { alert: /^CounterfoilNoProcess$/ }
  }),
  ofOneOrTwo(2, {
    name: "one-of-two-frozen",
    fault: "one of two processes frozen for 60 s",
    // The other one waits for it, and for longer than a restart takes it does not: no sentence and no alert yet.
    signs: { health: /"heldUpBy":\{/ }
  }),
  joining,
  killed
]

/** One of three nodes that is there and does not answer, or answers late: the other two have every row (replication 3). */
import { Effect, Fiber, type Scope } from "effect"
import { ask, untilReady } from "../Processors.ts"
import { p99Over, type RateSample, rateOver, ratesOf, sampleRates } from "../Rates.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "../Scenario.ts"
import { forAtLeast } from "../Signs.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"

const perSecond = 300

/** How long the rates before, with and after the trouble are looked at. **Units**: seconds. */
const spans = { before: 15, trouble: 60, after: 15 } as const

/** From the start of the load until all processors are ready, generously. **Units**: seconds. */
const startSeconds = 20

/** What is asked and ended between the spans: the load must not end in the last of them. **Units**: seconds. */
const spareSeconds = 15

const loadSeconds = startSeconds + spans.before + spans.trouble + spans.after + spareSeconds

/** Of the rate before; a second below it is a bad one. */
const goodShare = 0.6

/** **Units**: seconds. */
const badSecondsAllowed = 3

/** After so long of trouble latency has to be as before. **Units**: seconds. */
const adaptedAfterSeconds = 10

interface SlowNode extends Pick<Scenario, "name" | "fault" | "signs" | "proxied"> {
  /** Answers with the host that health has to name. */
  readonly trouble: (context: ScenarioContext) => Effect.Effect<string, ScenarioError, Scope.Scope>
  readonly over: (context: ScenarioContext) => Effect.Effect<void>
}

const withSlowNode = ({ trouble, over, ...described }: SlowNode): Scenario => ({
  ...described,
  nodes: "three",
  load: () =>
    steadyTraffic({
      seconds: loadSeconds,
      seed: 91,
      ordersPerSecond: perSecond / 2,
      paymentsPerSecond: perSecond / 2
    }),
  loadSeconds,
  settleWithinSeconds: 300,
  run: (context) =>
    Effect.gen(function* () {
      const { processors, untilPublished, expect } = context
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(startSeconds / loadSeconds)
      const before = yield* sampleRates(processor, spans.before)
      const host = yield* trouble(context)
      const sampling = yield* Effect.forkChild(sampleRates(processor, spans.trouble))
      const look = "nothingToTell" in described.signs ? Effect.void : context.lookForSigns()
      yield* forAtLeast(spans.trouble / 2, look)
      const health = yield* ask(processor, "/health")
      const during = yield* Fiber.join(sampling)
      yield* over(context)
      const after = yield* sampleRates(processor, spans.after)
      yield* expect(health.includes(host), `health does not name ${host}: ${health}`)
      yield* expectSteady(context, before, [...during, ...after])
      const adapted = during.filter(({ at }) => at - (during[0]?.at ?? 0) >= adaptedAfterSeconds * 1_000)
      const [usual, now] = [p99Over(before), p99Over(adapted)]
      yield* expect(
        now <= Math.max(2 * usual, leastP99),
        `${adaptedAfterSeconds} s into it the p99 was ${now} s; before it ${usual} s`
      )
    })
})

/** Below this a p99 is as good as any: the machine has other things to do. **Units**: seconds. */
const leastP99 = 0.5

const expectSteady = (
  { expect }: ScenarioContext,
  before: ReadonlyArray<RateSample>,
  after: ReadonlyArray<RateSample>
) => {
  // More than is published comes while it catches up with what its start left behind.
  const usual = Math.min(perSecond, rateOver(before))
  const rates = ratesOf(after)
  const bad = rates.filter(({ rate }) => rate < goodShare * usual)
  const badSeconds = bad.reduce((sum, { seconds }) => sum + seconds, 0)
  const shown = rates.map(({ rate }) => Math.round(rate)).join(" ")
  return Effect.andThen(
    expect(usual > 0.8 * perSecond, `only ${usual.toFixed(0)} a second before the trouble`),
    expect(
      badSeconds <= badSecondsAllowed,
      `${badSeconds.toFixed(1)} s below ${goodShare} of ${usual.toFixed(0)} a second: ${shown}`
    )
  )
}

const frozen = withSlowNode({
  name: "node-frozen",
  fault: "one of three nodes frozen for 60 s (SIGSTOP)",
  signs: {
    sentence: /^It works, with trouble: no answer from \S+ \(silent\); the other hosts answer/,
    alert: /^CounterfoilDegraded$/
  },
  trouble: ({ cassandra: { others } }) =>
    Effect.as(
      Effect.forEach(others.slice(0, 1), (node) => node.signal("SIGSTOP")),
      others[0]?.host ?? "?"
    ),
  over: ({ cassandra: { others } }) =>
    Effect.asVoid(Effect.forEach(others.slice(0, 1), (node) => node.signal("SIGCONT")))
})

const slow = withSlowNode({
  name: "node-slow",
  fault: "one of three nodes 300 ms slower",
  signs: { nothingToTell: "the other two are asked instead" },
  proxied: ["nodes"],
  trouble: ({ toNodes }) =>
    Effect.as(
      // In each direction.
      Effect.forEach(toNodes.slice(1, 2), (node) => node.set({ _tag: "Delay", millis: 150 })),
      // It answers everything, if late: nothing is wrong that health has to name.
      ""
    ),
  over: ({ toNodes }) =>
    Effect.asVoid(Effect.forEach(toNodes.slice(1, 2), (node) => node.set({ _tag: "Pass" })))
})

/** Nodes that are there. */
export const nodesSlow: ReadonlyArray<Scenario> = [frozen, slow]

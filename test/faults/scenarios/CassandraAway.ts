/** Cassandra frozen, killed, late, and in part. */
import { Effect } from "effect"
import { until } from "../../support/Counterfoil.ts"
import type { Sent } from "../Observer.ts"
import { untilHealthSays, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"

const frozen: Scenario = {
  name: "cassandra-frozen",
  fault: "Cassandra frozen for 20 s (SIGSTOP)",
  run: ({ processors, cassandra, untilPublished }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* node.signal("SIGSTOP")
      yield* untilHealthSays(processor, factsAway)
      yield* Effect.sleep("20 seconds")
      yield* node.signal("SIGCONT")
    })
}

const killed: Scenario = {
  name: "cassandra-killed",
  fault: "Cassandra killed, restarted on its data",
  run: ({ processors, cassandra, untilPublished }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* node.kill
      yield* untilHealthSays(processor, factsAway)
      yield* node.start
    })
}

const late: Scenario = {
  name: "cassandra-late",
  fault: "Cassandra started after the processor",
  run: ({ processors, cassandra, untilPublished }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      yield* node.stop
      const processor = yield* processors.start()
      yield* untilHealthSays(processor, factsAway)
      yield* untilPublished(0.5)
      yield* node.start
      yield* untilReady(processor)
    })
}

const oneOfThree: Scenario = {
  name: "one-of-three-killed",
  fault: "one of three Cassandra nodes killed",
  nodes: "three",
  run: ({ processors, cassandra, untilPublished, expect }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* Effect.forEach(cassandra.others.slice(0, 1), (other) => other.kill)
      yield* untilPublished(1)
      const errors = processor.stderr().split("\n").filter(isError)
      yield* expect(errors.length === 0, `an error surfaced: ${errors[0]}`)
    }),
  afterwards: noDeadLetterOfTheOutage
}

const twoOfThree: Scenario = {
  name: "two-of-three-killed",
  fault: "two of three killed, one of them back",
  nodes: "three",
  loadSeconds: 30,
  settleWithinSeconds: 300,
  run: ({ processors, cassandra, untilPublished }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* Effect.forEach(cassandra.others, (other) => other.kill, { concurrency: 2 })
      yield* untilHealthSays(processor, factsAway)
      yield* Effect.sleep("15 seconds")
      yield* Effect.forEach(cassandra.others.slice(0, 1), (other) => other.start)
    }),
  afterwards: noDeadLetterOfTheOutage
}

const rangeAway: Scenario = {
  name: "range-away",
  fault: "each row on one of three nodes, one killed",
  nodes: "three",
  replication: 1,
  loadSeconds: 60,
  settleWithinSeconds: 300,
  run: ({ processors, cassandra, deployment, observer, messages, untilPublished }) =>
    Effect.gen(function* () {
      const [away] = cassandra.others
      if (away === undefined) return
      const retriesMax = Math.round(messages / 20)
      const processor = yield* processors.start({ environment: { MAX_RETRYING: String(retriesMax) } })
      yield* untilReady(processor)
      yield* untilPublished(0.2)
      const before = observer.published
      yield* away.kill
      const since = () => [...ordersOf(observer.sent.slice(before))]
      const elsewhere = () =>
        since().filter((orderId) => !deployment.table.nodesOf(orderId).includes(away.address))
      let stored = 0
      yield* until(
        "rows of the other ranges while one is away",
        Effect.promise(async () => {
          stored = (await deployment.table.storedOf(elsewhere())).size
          return stored >= retriesMax
        }),
        "60 seconds",
        () => `${stored} of ${elsewhere().length} are stored; ${since().length} orders published meanwhile`
      )
      yield* untilHealthSays(processor, retryingMax)
      yield* untilPublished(1)
      yield* away.start
    }),
  afterwards: noDeadLetterOfTheOutage
}

const ordersOf = (sent: ReadonlyArray<Sent>): ReadonlySet<string> =>
  new Set(sent.flatMap(({ planned: { meaning } }) => (meaning._tag === "Order" ? [meaning.orderId] : [])))

const retryingMax = /"orders":\{[^}]*"paused"[^}]*MAX_RETRYING/i

/** The ledger has judged every dead letter already; this adds that an outage must not cause one of its own (G4). */
function noDeadLetterOfTheOutage({ observer, expect }: ScenarioContext) {
  const rejected = observer.deadLetters.filter(
    ({ attributes }) => attributes["dlq-reason"] === "store-rejected"
  )
  return expect(rejected.length === 0, `${rejected.length} dead letters of an outage`)
}

/** A line of the log at level error or above. */
const isError = (text: string): boolean => /"(level|severity)":"(error|fatal)"/i.test(text)

const factsAway = /"facts":\{[^}]*"unavailable"/i

/** One node away. */
export const cassandraAway: ReadonlyArray<Scenario> = [frozen, killed, late]

/** Some of three nodes away. */
export const nodesAway: ReadonlyArray<Scenario> = [oneOfThree, twoOfThree, rangeAway]

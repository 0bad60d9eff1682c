/** Some of three Cassandra nodes killed. */
import { Effect } from "effect"
import type { CassandraServer } from "../../support/CassandraServer.ts"
import { until } from "../../support/Counterfoil.ts"
import { tailOf, untilHealthSays, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { forAtLeast } from "../Signs.ts"
import { type Planned, traffic } from "../Traffic.ts"
import { factsAway } from "./CassandraAway.ts"

/** Two of three suffice, and whoever looks sees that one is missing. */
const oneNodeDown = /^It works, with trouble: no answer from \S+ \(down\); the other hosts answer\.$/

const oneOfThree: Scenario = {
  name: "one-of-three-killed",
  fault: "one of three Cassandra nodes killed",
  nodes: "three",
  // The other two have every row: nothing is slower, and an alert on the node itself is Cassandra's.
  signs: { sentence: oneNodeDown, doctor: "CF-407" },
  endsWith: oneNodeDown,
  run: ({ processors, cassandra, untilPublished, expect, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* Effect.forEach(cassandra.others.slice(0, 1), (other) => other.kill)
      yield* lookForSigns()
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
  signs: {
    sentence: /^(Cassandra has not answered|The fact table has not worked) for .*Nothing is lost/,
    doctor: "CF-407",
    alert: /^CounterfoilFactsUnavailable$/
  },
  endsWith: oneNodeDown,
  loadSeconds: 30,
  settleWithinSeconds: 300,
  run: ({ processors, cassandra, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* Effect.forEach(cassandra.others, (other) => other.kill, { concurrency: 2 })
      yield* untilHealthSays(processor, factsAway)
      yield* forAtLeast(15, lookForSigns())
      yield* Effect.forEach(cassandra.others.slice(0, 1), (other) => other.start)
    }),
  afterwards: noDeadLetterOfTheOutage
}

const rangeAway: Scenario = {
  name: "range-away",
  fault: "each row on one of three nodes, one killed",
  nodes: "three",
  replication: 1,
  signs: {
    sentence: /the intake of orders is paused \(.*MAX_RETRYING/,
    doctor: "CF-407",
    alert: /^CounterfoilRetriesFull$/
  },
  // What comes while every node is there. The rest is published once one is dead, however long the start took.
  load: (messages) => traffic({ messages: messages / 5, seed: 1 }),
  loadSeconds: "before",
  settleWithinSeconds: 300,
  run: ({ processors, cassandra, deployment, observer, messages, expect, lookForSigns }) =>
    Effect.gen(function* () {
      const rest = traffic({ messages: messages * 0.8, seed: 2, firstId: firstIdOfRest })
      const nodeOf = (orderId: string) => deployment.table.nodesOf(orderId)[0]
      const lost = lostRange(rest, cassandra.others, nodeOf)
      yield* expect(lost.retryingMax > 20, `too little to lose: ${JSON.stringify(lost.shares)}`)
      const environment = { MAX_RETRYING: String(lost.retryingMax) }
      const processor = yield* processors.start({ environment })
      yield* untilReady(processor)
      yield* lost.node.kill
      const published = observer.published + rest.length
      yield* Effect.forkScoped(Effect.promise(() => observer.publishOver(rest, restMillis)))
      let stored = 0
      yield* until(
        "rows of the other ranges while one is away",
        Effect.promise(async () => {
          stored = (await deployment.table.storedOf(lost.elsewhere)).size
          return stored >= lost.elsewhere.length / 2
        }),
        "90 seconds",
        () => `${stored} of ${lost.elsewhere.length} are stored\n${tailOf(processor)}`
      )
      yield* untilHealthSays(processor, retryingMax)
      yield* lookForSigns()
      yield* until(
        "the rest being published",
        Effect.sync(() => observer.published >= published),
        "10 minutes"
      )
      yield* lost.node.start
    }),
  afterwards: noDeadLetterOfTheOutage
}

const firstIdOfRest = 10_000_000

const restMillis = 48_000

/**
 * The node to kill, of which the share in these orders is nearest to a third, and what its death then has to cause.
 *
 * Three nodes divide the ring by random tokens, so that a fixed one of them may have far less than a third. Only the
 * orders themselves tell how many are held up. Intake pauses at half as many, so it has to: none of them can have its
 * fate. And it must not pause sooner: most rows of other nodes that are published before then have to be there.
 */
const lostRange = (
  rest: ReadonlyArray<Planned>,
  nodes: ReadonlyArray<CassandraServer>,
  nodeOf: (orderId: string) => string | undefined
) => {
  const orders = rest.flatMap(({ meaning }) =>
    meaning._tag === "Order" ? [{ orderId: meaning.orderId, address: nodeOf(meaning.orderId) }] : []
  )
  const shares = nodes.map((node) => ({
    node,
    share: orders.filter(({ address }) => address === node.address).length / orders.length
  }))
  const distance = (share: number) => Math.abs(share - 1 / 3)
  const [nearest] = shares.toSorted((one, other) => distance(one.share) - distance(other.share))
  if (nearest === undefined) throw new Error("a cluster of one node has no range to lose")
  const isLost = ({ address }: { readonly address: string | undefined }) => address === nearest.node.address
  const retryingMax = Math.floor(orders.filter(isLost).length / 2)
  let lost = 0
  const before = orders.filter((one) => (isLost(one) ? lost++ : lost) < retryingMax)
  const elsewhere = [...new Set(before.filter((one) => !isLost(one)).map(({ orderId }) => orderId))]
  return { node: nearest.node, retryingMax, elsewhere, shares: shares.map(({ share }) => share) }
}

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

/** Some of three nodes away. */
export const nodesAway: ReadonlyArray<Scenario> = [oneOfThree, twoOfThree, rangeAway]

/** Backlogs whose payments are faster than their orders, and little memory for them. */
import { setTimeout as sleep } from "node:timers/promises"
import { Effect } from "effect"
import { until } from "../../support/Counterfoil.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { order, type Planned, payment } from "../Traffic.ts"
import { withoutCassandra } from "./CassandraAway.ts"

/**
 * All orders, in the order of their ids, and payments from the last order's on backwards.
 *
 * Orders are large: their stream drains slower, and the payments that are read first wait longest for theirs.
 */
const backlog = (messages: number, addressLength: number): ReadonlyArray<Planned> => {
  const random = new SeededRandom(21)
  const count = Math.max(1, Math.round(messages * 2.5))
  const address = "long way ".repeat(addressLength / 9)
  return [
    ...Array.from({ length: count }, (_, index) => order(index + 1, "Pending", random, address)),
    ...Array.from({ length: count }, (_, index) => payment(count - index, 1, random))
  ]
}

const slowerOrders: Scenario = {
  name: "backlog",
  fault: "backlog whose payments drain faster",
  loadSeconds: "before",
  load: (messages) => backlog(messages, 1_800),
  // Sooner over than the orders are read: only the watermark keeps the payments.
  environment: { PAYMENT_GRACE: "10s" },
  settleWithinSeconds: 600,
  // It grows by no more than the process can bear, and is told by the figure alone.
  signs: { sentence: /^Well\. .* behind, / },
  run: ({ processors, lookForSigns }) => Effect.andThen(processors.start(), lookForSigns())
}

const takenOver: Scenario = {
  ...slowerOrders,
  name: "backlog-taken-over",
  fault: "the same, killed in the middle, another goes on",
  // The shortest with which the orders of a killed process come back in time.
  environment: { PAYMENT_GRACE: "25s" },
  run: ({ processors, deployment, observer, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* lookForSigns()
      yield* until(
        "a third of the rows",
        Effect.promise(async () => (await deployment.table.count()) > observer.published / 6),
        "300 seconds"
      )
      yield* processors.kill(processor)
      yield* processors.start()
    })
}

/** What a processor with the default limits needs of heap for a full backlog of messages of 4 KB. **Units**: MiB. */
const neededHeap = 256

const littleMemory: Scenario = {
  name: "memory-limited",
  fault: `heap limited to ${neededHeap * 1.5} MiB, Cassandra frozen`,
  // The orders in the first half of it: most of them come when nothing drains any more.
  loadSeconds: 30,
  // Never fewer than go beyond MAX_OUTSTANDING_MESSAGES.
  load: (messages) => backlog(Math.max(messages, 20_000) / 2, 3_600),
  settleWithinSeconds: 600,
  signs: withoutCassandra,
  run: ({ processors, deployment, cassandra, untilPublished, expect, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start({ nodeArgs: [`--max-old-space-size=${neededHeap * 1.5}`] })
      yield* untilReady(processor)
      // Every limit is reached while nothing drains.
      yield* cassandra.node.signal("SIGSTOP")
      yield* untilPublished(1)
      yield* lookForSigns()
      // What is beyond the limits stays with Pub/Sub, where others may have it. It goes back when its lease ends.
      const beyond = yield* Effect.promise(() => pulled(deployment))
      yield* expect(beyond.length > 0, "the processor took in all there was, beyond its limits")
      yield* cassandra.node.signal("SIGCONT")
      yield* expect(processor.peakMemory() > 0, "the processor did not survive the backlog")
    })
}

/** Some orders that nobody has, if there are any; asked for several times, because a server may answer with none. */
const pulled = async ({ pubsub, orders: topic }: ScenarioContext["deployment"]) => {
  for (let tries = 0; tries < 20; tries++) {
    const orders = await pubsub.pull(`${topic}-sub`, 10)
    if (orders.length > 0) return orders
    await sleep(100)
  }
  return []
}

/** Backlogs. */
export const backlogs: ReadonlyArray<Scenario> = [slowerOrders, takenOver, littleMemory]

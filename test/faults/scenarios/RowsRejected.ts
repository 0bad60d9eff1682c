/** Rows that Cassandra refuses for themselves, to a role that is no superuser: each is one dead letter (G3). */
import { Effect } from "effect"
import { until } from "../../support/Counterfoil.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { watchFlow } from "../Flow.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import type { NodesNeeded } from "../Servers.ts"
import type { Signs } from "../Signs.ts"
import { order, type Planned, payment, rejected, traffic } from "../Traffic.ts"

const firstRejected = 800_000_000

/** Orders with an address of so many characters, which has to be more than the cluster takes. */
const ordersTooLong = (characters: number): ReadonlyArray<Planned> => {
  const random = new SeededRandom(81)
  return Array.from({ length: 5 }, (_, index) =>
    rejected(order(firstRejected + index, "Pending", random, "x".repeat(characters)))
  )
}

/** What a role that is no superuser is held to, in one server for all of them. */
const guards: NodesNeeded = {
  guards: {
    column_value_size_fail_threshold: "100KiB",
    sai_string_term_size_fail_threshold: "8KiB",
    partition_denylist_enabled: true,
    denylist_reads_enabled: true,
    denylist_writes_enabled: true,
    // A scan of the whole table is how the observer reads it.
    denylist_range_reads_enabled: false,
    denylist_refresh: "1s",
    denylist_consistency_level: "ONE"
  }
}

/**
 * Five orders that the cluster refuses for themselves, among ordinary traffic.
 *
 * They are dead letters within a minute or so: tried 5 times over 30 s. Nothing else waits for them.
 */
const tooLong = (
  { name, fault, ...signs }: Pick<Scenario, "name" | "fault"> & Pick<Signs, "doctor" | "unmade">,
  characters: number,
  guard: string | undefined
): Scenario => ({
  name,
  fault,
  nodes: guards,
  // The sentence tells of the processor, and it is well: the dead letters are counted beside it.
  signs: { ...signs, alert: rowsGivenUp },
  load: (messages) => {
    const others = traffic({ messages: Math.min(messages, 3_000), seed: 8 })
    const middle = Math.round(others.length / 4)
    return [...others.slice(0, middle), ...ordersTooLong(characters), ...others.slice(middle)]
  },
  loadSeconds: 40,
  unmatchedWithinSeconds: 60,
  run: (context) =>
    Effect.gen(function* () {
      const { deployment, processors, expect, lookForSigns } = context
      if (guard !== undefined) yield* Effect.promise(() => deployment.table.execute(guard))
      const processor = yield* processors.start()
      yield* untilReady(processor)
      const expected = {
        isInTrouble: isRejected,
        withinMillis: 20_000,
        unmatchedWithinMillis: 60_000
      }
      const [seen] = yield* Effect.all([watchFlow(context, processor, expected, 100), lookForSigns()], {
        concurrency: 2
      })
      yield* expect(seen.late.length === 0, `${seen.late.length} others did not flow: ${seen.late[0]}`)
      yield* expect(
        seen.lateUnmatched.length === 0,
        `${seen.lateUnmatched.length} payments without an order had no fate in time: ${seen.lateUnmatched[0]}`
      )
      yield* expect(seen.notReady.length === 0, `/ready answered ${seen.notReady} in ${seen.looks} looks`)
    })
})

const rowsGivenUp = /^CounterfoilRowsRejected$/

const isRejected = (meaning: Planned["meaning"]): boolean =>
  meaning._tag === "Poison" && meaning.reason === "store-rejected"

const deniedPartition: Scenario = {
  name: "partition-denied",
  fault: "4500 payments for a denied partition, 1000 pairs",
  nodes: guards,
  // Doctor does not read the list of what is denied.
  signs: { alert: rowsGivenUp },
  load: () => {
    const random = new SeededRandom(82)
    const denied = Array.from({ length: 4_500 }, (_, index) =>
      rejected(payment(firstRejected, index + 1, random))
    )
    const pairs = Array.from({ length: 1_000 }, (_, index) => [
      order(index + 1, "Pending", random),
      payment(index + 1, 1, random)
    ]).flat()
    return denied.flatMap((one, index) => [one, ...pairs.slice(index, index + 1)])
  },
  loadSeconds: 20,
  settleWithinSeconds: 600,
  run: (context) =>
    Effect.gen(function* () {
      yield* deny(context, firstRejected)
      const { processors, expect, untilPublished, lookForSigns } = context
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(1)
      // A minute of pause is allowed, and the time in which what came meanwhile is done.
      const expected = { isInTrouble: isRejected, withinMillis: 90_000, unmatchedWithinMillis: 120_000 }
      const [seen] = yield* Effect.all([watchFlow(context, processor, expected, 120), lookForSigns()], {
        concurrency: 2
      })
      yield* expect(seen.late.length === 0, `${seen.late.length} pairs did not flow: ${seen.late[0]}`)
    })
}

/** Denies an order's partition, and waits until the server does. */
const deny = ({ deployment: { table } }: ScenarioContext, orderId: number) =>
  Effect.gen(function* () {
    const key = Buffer.alloc(8)
    key.writeBigInt64BE(BigInt(orderId))
    // Its three copies have no room on one node.
    yield* Effect.promise(() =>
      table.execute(
        "ALTER KEYSPACE system_distributed WITH replication = {'class':'SimpleStrategy','replication_factor':1}"
      )
    )
    yield* Effect.promise(() =>
      table.execute(
        `INSERT INTO system_distributed.partition_denylist (ks_name, table_name, key)
         VALUES ('${table.keyspace}', 'orders_payments_facts', 0x${key.toString("hex")})`
      )
    )
    yield* until(
      "the partition being denied",
      Effect.promise(() =>
        table
          .execute(`SELECT order_id FROM KEYSPACE.orders_payments_facts WHERE order_id = ${orderId}`)
          .then(() => false)
          .catch(() => true)
      ),
      "60 seconds"
    )
  })

const oldTimestamps: Scenario = {
  name: "timestamps-too-old",
  fault: "write times older than a guardrail allows",
  nodes: { guards: { minimum_timestamp_fail_threshold: "20s" } },
  // Each time a few seconds, and nothing waits for it. Only a superuser may read the guardrails.
  signs: { unmade: "CF-402" },
  // Some in a batch and some alone: 5.0.8 looks at single statements only, and one message has one fate.
  load: () => {
    const random = new SeededRandom(83)
    return Array.from({ length: 11 }, (_, index) => order(index + 1, "Pending", random))
  },
  loadSeconds: "before",
  run: ({ processors, observer, expect, lookForSigns }) =>
    Effect.gen(function* () {
      yield* Effect.sleep("30 seconds")
      const processor = yield* processors.start()
      yield* untilReady(processor)
      const random = new SeededRandom(84)
      // One by one, so that none has another beside it.
      for (let index = 0; index < 2; index++) {
        yield* processor.signal("SIGSTOP")
        yield* Effect.promise(() => observer.publish([order(100 + index, "Pending", random)]))
        yield* Effect.sleep("22 seconds")
        yield* processor.signal("SIGCONT")
        yield* Effect.sleep("3 seconds")
      }
      yield* lookForSigns()
      yield* expect(observer.deadLetters.length === 0, "an order that is only late became a dead letter")
    })
}

/** Rows that are refused for themselves. */
export const rowsRejected: ReadonlyArray<Scenario> = [
  tooLong(
    { name: "index-term-too-long", fault: "addresses too long for an index", doctor: "CF-205" },
    70_000,
    "CREATE INDEX ON KEYSPACE.orders_payments_facts (shipping_address)"
  ),
  tooLong(
    { name: "sai-term-too-long", fault: "addresses too long for a storage-attached index", doctor: "CF-205" },
    20_000,
    "CREATE INDEX ON KEYSPACE.orders_payments_facts (shipping_address) USING 'sai'"
  ),
  tooLong(
    // Only a superuser may read the guardrails.
    { name: "column-value-too-long", fault: "addresses too long for a guardrail", unmade: "CF-403" },
    150_000,
    undefined
  ),
  deniedPartition,
  oldTimestamps
]

import { assert, describe, it } from "@effect/vitest"
import { CassandraError, TableMissing, Unreachable } from "../../src/cassandra/CassandraError.ts"
import {
  type HealthPart,
  type HealthState,
  healthParts,
  type PartHealth
} from "../../src/telemetry/Health.ts"
import { lasted } from "../../src/telemetry/LastedText.ts"
import type { StatusReading } from "../../src/telemetry/StatusReading.ts"
import { statusSentence } from "../../src/telemetry/StatusSentence.ts"

const nowMillis = 1_000_000

const well = {
  nowMillis,
  storedPerSecond: 312.4,
  behindSeconds: 4,
  waiting: 118,
  held: 12,
  paused: [],
  heldUpBy: undefined
} as const

/** A reading in which these parts are so, for 41 s, and the others are healthy. */
const readingOf = (
  states: Partial<Record<HealthPart, HealthState>>,
  rest: Partial<StatusReading> = {},
  remedy?: string
): StatusReading => {
  const parts = Object.fromEntries(
    healthParts.map((part): [HealthPart, PartHealth] => [
      part,
      {
        state: states[part] ?? { _tag: "Healthy" },
        since: nowMillis - 41_000,
        ...(remedy === undefined || states[part] === undefined ? {} : { remedy })
      }
    ])
  ) as Record<HealthPart, PartHealth>
  return { ...well, parts, ...rest }
}

const cassandra = (reason: CassandraError["reason"]) => ({
  message: "write: it failed",
  cause: { cause: new CassandraError({ operation: "write", reason }) }
})

const silence = cassandra(
  new Unreachable({ detail: "no host answers", hosts: {}, cause: undefined } as never)
)
const noTable = cassandra(new TableMissing({ detail: "no table", cause: undefined }))

const unavailable = (reason: string, error?: unknown): HealthState => ({
  _tag: "Unavailable",
  reason,
  ...(error === undefined ? {} : { error })
})

const table: ReadonlyArray<readonly [name: string, reading: StatusReading, tone: string, text: string]> = [
  ["all healthy", readingOf({}), "well", "Well. 312 orders a second stored, 4 s behind, 118 payments wait."],
  [
    "all healthy and caught up",
    readingOf({}, { storedPerSecond: 1, behindSeconds: 0, waiting: 1 }),
    "well",
    "Well. 1 order a second stored, caught up, 1 payment waits."
  ],
  [
    "all healthy, nothing known yet",
    readingOf({}, { storedPerSecond: undefined, behindSeconds: undefined, waiting: 0 }),
    "well",
    "Well. It is not known yet how many orders come, how far behind is not known yet, no payments wait."
  ],
  [
    "verdicts held up for long",
    readingOf(
      {},
      { heldUpBy: { process: "h-1-ab", reason: "it is stuck", sinceMillis: nowMillis - 100_000 } }
    ),
    "attention",
    "It works, but payments without an order have waited for a verdict for 100 s: process h-1-ab holds them up (it is stuck). Nothing is lost."
  ],
  [
    "verdicts held up for a moment",
    readingOf(
      {},
      { heldUpBy: { process: "h-1-ab", reason: "it is stuck", sinceMillis: nowMillis - 10_000 } }
    ),
    "well",
    "Well. 312 orders a second stored, 4 s behind, 118 payments wait."
  ],
  [
    "Cassandra silent, intake paused",
    readingOf({ facts: unavailable("no host answers", silence) }, { paused: ["orders"] }),
    "trouble",
    "Cassandra has not answered for 41 s. Nothing is lost; intake is paused; it resumes by itself."
  ],
  [
    "Cassandra silent, there is room still",
    readingOf({ facts: unavailable("no host answers", silence) }, {}, "start it"),
    "trouble",
    "Cassandra has not answered for 41 s. Nothing is lost; 12 deliveries held and tried again; it resumes by itself. To do: start it."
  ],
  [
    "the table refuses",
    readingOf({ facts: unavailable("no table\u0007", noTable) }, { held: 1 }),
    "trouble",
    "The fact table has not worked for 41 s: no table . Nothing is lost; 1 delivery held and tried again; it resumes by itself."
  ],
  [
    "orders unavailable",
    readingOf({ orders: unavailable("its topic was deleted") }),
    "trouble",
    "No orders have come from Pub/Sub for 41 s: its topic was deleted. Nothing is lost; it connects again by itself."
  ],
  [
    "payments unavailable",
    readingOf({ payments: unavailable("connecting") }),
    "trouble",
    "No payments have come from Pub/Sub for 41 s: connecting. Nothing is lost; it connects again by itself."
  ],
  [
    "the dead-letter topic unavailable",
    readingOf({ "dead-letters": unavailable("topic t does not exist") }, {}, "create it"),
    "trouble",
    "The dead-letter topic has not worked for 41 s: topic t does not exist. Nothing is lost; what needs it is held, and the rest is stored; it resumes by itself. To do: create it."
  ],
  [
    "two parts unavailable: the table speaks first",
    readingOf({ orders: unavailable("given back"), facts: unavailable("no host answers", silence) }),
    "trouble",
    "Cassandra has not answered for 41 s. Nothing is lost; 12 deliveries held and tried again; it resumes by itself. Also: orders: unavailable for 41 s (given back)."
  ],
  ...healthParts.map(
    (part) =>
      [
        `${part} starting`,
        readingOf({ [part]: { _tag: "Starting" } }),
        "starting",
        `Starting. Waiting for ${{ facts: "the fact table", "dead-letters": "the dead-letter topic", orders: "orders", payments: "payments" }[part]}; nothing is lost meanwhile.`
      ] as const
  ),
  [
    "everything starting is one sentence",
    readingOf(Object.fromEntries(healthParts.map((part) => [part, { _tag: "Starting" }]))),
    "starting",
    "Starting. Waiting for orders, payments, the fact table, the dead-letter topic; nothing is lost meanwhile."
  ],
  [
    "both streams stopping is one sentence",
    readingOf({ orders: { _tag: "Stopping" }, payments: { _tag: "Stopping" } }),
    "stopping",
    "Stopping. What is in flight is finished; the rest is given back and comes again."
  ],
  ...(["orders", "payments"] as const).map(
    (part) =>
      [
        `${part} paused`,
        readingOf({ [part]: { _tag: "Paused", reason: "the room is full" } }, { paused: [part] }),
        "attention",
        `It works, at a limit: the intake of ${part} is paused (the room is full). Nothing is lost; it resumes by itself. 312 orders a second stored, 4 s behind, 118 payments wait.`
      ] as const
  ),
  ...(["facts", "dead-letters"] as const).map(
    (part) =>
      [
        `${part} degraded`,
        readingOf({ [part]: { _tag: "Degraded", reason: "3 deliveries are being retried" } }),
        "attention",
        "It works, with trouble: 3 deliveries are being retried."
      ] as const
  )
]

describe("the sentence of the whole process", () => {
  it.each(table)("%s", (_, reading, tone, text) => {
    assert.deepStrictEqual(statusSentence(reading), { tone, text } as never)
  })

  it("says how long something has lasted in the greatest unit that is of use", () => {
    assert.deepStrictEqual([0, 41_900, 119_999, 120_000, 7_199_999, 7_500_000].map(lasted), [
      "0 s",
      "41 s",
      "119 s",
      "2 min",
      "119 min",
      "2 h 5 min"
    ])
  })
})

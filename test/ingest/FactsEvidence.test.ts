import { assert, describe, it } from "@effect/vitest"
import * as Facts from "../../src/ingest/FactsEvidence.ts"

/** What happens, in turn: `at` ms, what, and how many deliveries are then being retried. */
type FactsEvent = readonly [
  at: number,
  what: "answered" | "failed first" | "failed again" | "ping" | "no ping",
  retrying?: number
]

const facts = (events: ReadonlyArray<FactsEvent>, now: number): string => {
  const evidence = Facts.noFactsEvidence(0)
  let retrying = 0
  for (const [at, what, count = retrying] of events) {
    retrying = count
    if (what === "answered") Facts.storeAnswered(evidence)
    else if (what === "ping") Facts.pingAnswered(evidence, retrying)
    else if (what === "no ping") Facts.pingFailed(evidence, { message: "ping refused" }, at)
    else Facts.storeFailed(evidence, { message: "write refused" }, what === "failed first", at)
  }
  const state = Facts.factsStateOf(evidence, retrying, now)
  return state._tag === "Unavailable" ? `Unavailable: ${state.reason}` : state._tag
}

describe("the state of the fact table", () => {
  it.each<[string, ReadonlyArray<FactsEvent>, number, string]>([
    ["nothing is known at first", [], 4_900, "Starting"],
    ["no answer in 5 s is none", [], 5_000, "Unavailable: the table has not answered yet"],
    ["a ping is enough at a start", [[100, "ping"]], 100, "Healthy"],
    [
      "one failed ping is no outage",
      [
        [0, "ping"],
        [100, "no ping"]
      ],
      1_900,
      "Healthy"
    ],
    [
      "pings that fail for 2 s are one",
      [
        [0, "ping"],
        [100, "no ping"],
        [1_100, "no ping"]
      ],
      2_100,
      "Unavailable: ping refused"
    ],
    [
      "a write that succeeds meanwhile says more than pings",
      [
        [0, "ping"],
        [100, "no ping"],
        [1_000, "answered"]
      ],
      9_000,
      "Healthy"
    ],
    [
      "two batches that fail are not an outage yet",
      [
        [0, "ping"],
        [100, "failed first", 5],
        [200, "failed first", 9]
      ],
      2_000,
      "Healthy"
    ],
    [
      "for 2 s they are, whatever pings say",
      [
        [0, "ping"],
        [100, "failed first", 5],
        [200, "failed first", 9],
        [300, "ping"]
      ],
      2_100,
      "Unavailable: write refused"
    ],
    [
      "one batch alone is not, while pings are answered",
      [
        [0, "ping"],
        [100, "failed first", 1],
        [200, "failed again"],
        [3_000, "failed again"]
      ],
      3_000,
      "Degraded"
    ],
    [
      "one batch is, where pings fail too",
      [
        [0, "ping"],
        [100, "failed first", 1],
        [1_000, "no ping"],
        [2_000, "failed again"]
      ],
      3_000,
      "Unavailable: ping refused"
    ],
    [
      "one failed ping beside an old row is not",
      [
        [0, "ping"],
        [100, "failed first", 1],
        [60_000, "failed again"],
        [61_000, "no ping"]
      ],
      62_900,
      "Degraded"
    ],
    [
      "an old row's failures are not, however many",
      [[0, "ping"], ...Array.from({ length: 99 }, (_, n): FactsEvent => [100 + n * 100, "failed again", 23])],
      10_000,
      "Degraded"
    ],
    [
      "a success between ends what came before",
      [
        [0, "ping"],
        [100, "failed first", 5],
        [200, "failed first", 9],
        [1_000, "answered", 9],
        [1_100, "failed again"]
      ],
      3_500,
      "Degraded"
    ],
    [
      "without anything retried a ping ends it",
      [
        [0, "ping"],
        [100, "failed first", 5],
        [200, "failed first", 9],
        [9_000, "ping", 0]
      ],
      30_000,
      "Healthy"
    ],
    [
      "with something retried it does not",
      [
        [0, "ping"],
        [100, "failed first", 5],
        [200, "failed first", 9],
        [9_000, "ping"]
      ],
      30_000,
      "Unavailable: write refused"
    ],
    [
      "a failure that is retried at once with success is nothing",
      [
        [0, "ping"],
        [100, "failed first", 1],
        [200, "answered", 0]
      ],
      2_500,
      "Healthy"
    ],
    [
      "retries that all succeeded are over",
      [
        [0, "ping"],
        [100, "failed first", 1],
        [3_000, "failed again", 1],
        [3_100, "answered", 0]
      ],
      3_100,
      "Healthy"
    ]
  ])("[G4] %s", (_, events, now, expected) => {
    assert.strictEqual(facts(events, now), expected)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Letters from "../../src/ingest/DeadLettersEvidence.ts"

type LetterEvent = readonly [
  at: number,
  what: "confirmed" | "failed" | "found" | "missing" | "no answer" | "unreadable" | "read"
]

const letters = (events: ReadonlyArray<LetterEvent>, now: number): string => {
  const evidence = Letters.noDeadLettersEvidence("projects/p/topics/t", 0)
  for (const [at, what] of events) {
    if (what === "confirmed") Letters.deadLettersConfirmed(evidence)
    else if (what === "failed") Letters.deadLettersFailed(evidence, { message: "publish refused" }, at)
    else if (what === "found") Letters.topicFound(evidence, at)
    else if (what === "missing") Letters.topicMissing(evidence)
    else if (what === "unreadable") Letters.redriveTroubled(evidence, { message: "no such subscription" })
    else if (what === "read") Letters.redriveTroubled(evidence, undefined)
    else Letters.checkFailed(evidence, { message: "no answer" }, at)
  }
  const state = Letters.deadLettersStateOf(evidence, now)
  return state._tag === "Unavailable" ? `Unavailable: ${state.reason}` : state._tag
}

describe("the state of the dead-letter topic", () => {
  const missing = "Unavailable: topic projects/p/topics/t does not exist"
  it.each<[string, ReadonlyArray<LetterEvent>, number, string]>([
    ["nothing is known at first", [], 4_900, "Starting"],
    ["a topic that is there is enough", [[100, "found"]], 100, "Healthy"],
    ["a missing one is told at once", [[100, "missing"]], 100, missing],
    [
      "one that was made is well",
      [
        [100, "missing"],
        [2_000, "found"]
      ],
      2_000,
      "Healthy"
    ],
    [
      "a confirmed publish is worth more than a check",
      [
        [100, "missing"],
        [200, "confirmed"]
      ],
      200,
      "Healthy"
    ],
    [
      "one check without an answer is nothing",
      [
        [0, "found"],
        [100, "no answer"]
      ],
      2_000,
      "Healthy"
    ],
    [
      "checks without an answer for 2 s are an outage",
      [
        [0, "found"],
        [100, "no answer"],
        [2_100, "no answer"]
      ],
      2_100,
      "Unavailable: no answer"
    ],
    [
      "publishes that fail for 2 s are one, though the topic is there",
      [
        [0, "found"],
        [100, "failed"],
        [1_000, "found"],
        [2_100, "failed"],
        [2_200, "found"]
      ],
      9_000,
      "Unavailable: publish refused"
    ],
    [
      "one failed publish alone degrades it",
      [
        [0, "found"],
        [100, "failed"],
        [1_000, "found"]
      ],
      2_100,
      "Degraded"
    ],
    [
      "a subscription that cannot be redriven from degrades it, whatever is published",
      [
        [0, "found"],
        [100, "unreadable"],
        [200, "confirmed"]
      ],
      300,
      "Degraded"
    ],
    [
      "it is well again once it could be read",
      [
        [0, "found"],
        [100, "unreadable"],
        [200, "read"]
      ],
      300,
      "Healthy"
    ],
    [
      "what `run` needs is worse",
      [
        [100, "unreadable"],
        [200, "missing"]
      ],
      300,
      missing
    ],
    [
      "a success between begins anew",
      [
        [0, "found"],
        [100, "failed"],
        [1_000, "confirmed"],
        [1_100, "failed"]
      ],
      3_000,
      "Healthy"
    ],
    [
      "well again, where nothing has failed for 15 s and the topic is there",
      [
        [0, "found"],
        [100, "failed"],
        [2_200, "failed"],
        [17_200, "found"]
      ],
      17_200,
      "Healthy"
    ],
    [
      "but not while publishes fail, whatever checks say",
      [
        [0, "found"],
        [100, "failed"],
        [6_000, "failed"],
        [14_000, "failed"],
        [17_200, "found"]
      ],
      17_200,
      "Unavailable: publish refused"
    ]
  ])("[G4] %s", (_, events, now, expected) => {
    assert.strictEqual(letters(events, now), expected)
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { judgeLive } from "../../../src/checks/live/LiveChecks.ts"
import { unproved } from "../../../src/checks/live/LiveProofs.ts"
import type { LiveReading } from "../../../src/checks/live/LiveReading.ts"
import { codesIn, type Row, sentenceIn, shownIn } from "../Judged.ts"
import { goodLive, goodProofs } from "./GoodLive.ts"

const failure = (detail: string) => Result.fail({ why: "failed", detail } as const)
const refused = { found: "role r may not create a keyspace", expected: "that it may", remedy: "GRANT CREATE" }

describe("the checks of a proof", () => {
  it("say what was proved and measured, where everything was shown", () => {
    const results = judgeLive(goodLive)
    assert.deepStrictEqual(codesIn(results), [])
    assert.strictEqual(
      shownIn(results, "CF-902"),
      "100 orders and 100 payments; publish → row 12 ms (p50), 1.2 s (p99)"
    )
    assert.strictEqual(shownIn(results, "CF-905"), "it came again 10.0 s later, once; the row is as it was")
    assert.strictEqual(shownIn(results, "CF-907"), "2 things were made, and removed")
  })

  it.each<Row<LiveReading>>([
    [
      "scratch things that may not be made, once",
      { scratch: Result.fail(refused), proofs: undefined },
      ["fatal CF-901"],
      /^CF-901: role r may not create a keyspace; .*; GRANT CREATE$/
    ],
    [
      "a row that is not whole",
      { proofs: { ...goodProofs, rows: failure("of order 7 the row differs in item") } },
      ["fatal CF-902"],
      /of order 7 the row differs in item/
    ],
    [
      "stream code that ended, once",
      { proofs: unproved("the stream code ended: access denied") },
      ["fatal CF-902"],
      /the stream code ended: access denied/
    ],
    [
      "an order that took its payment away when it came again",
      { proofs: { ...goodProofs, replay: failure("of order 7 the row differs in payment_id") } },
      ["fatal CF-903"],
      /payment_id/
    ],
    [
      "an early payment that was given up",
      { proofs: { ...goodProofs, earlyPayment: failure("there is no row") } },
      ["fatal CF-904"],
      /there is no row/
    ],
    [
      "a message that has not come again in time, as a warning: it still may",
      { proofs: { ...goodProofs, lostLease: Result.fail({ why: "late", detail: "did not see it" }) } },
      ["warning CF-905"],
      /did not see it; expected: another delivery/
    ],
    [
      "a message that changed its row when it came again",
      { proofs: { ...goodProofs, lostLease: failure("written at another version") } },
      ["fatal CF-905"],
      /another version/
    ],
    [
      "a dead letter with other bytes",
      { proofs: { ...goodProofs, deadLetter: failure("has other bytes") } },
      ["fatal CF-906"],
      /other bytes/
    ],
    [
      "each thing that could not be removed, with the command that removes it",
      {
        removal: {
          ...goodLive.removal,
          left: ["a", "b"].map((name) => ({
            what: `topic ${name}`,
            why: "access denied",
            remedy: `delete ${name}`
          }))
        }
      },
      ["warning CF-907", "warning CF-907"],
      /^CF-907: topic a could not be removed: access denied; .*; delete a$/
    ]
  ])("find %s", (_, changes, codes, says) => {
    const results = judgeLive({ ...goodLive, ...changes })
    assert.deepStrictEqual(codesIn(results), codes)
    assert.match(sentenceIn(results), says)
  })

  it("do not hold against a deployment what it is not meant to do: without a grace no payment waits", () => {
    const untried = Result.fail({ why: "untried", detail: "PAYMENT_GRACE is 0" } as const)
    const results = judgeLive({ ...goodLive, proofs: { ...goodProofs, earlyPayment: untried } })
    assert.deepStrictEqual(codesIn(results), [])
    assert.strictEqual(shownIn(results, "CF-904"), "NotMade")
  })

  it("tell what a killed doctor had left, and why that is not known", () => {
    const removal = { ...goodLive.removal, earlier: ["topic old"], unknown: ["access denied"] }
    assert.strictEqual(
      shownIn(judgeLive({ ...goodLive, removal }), "CF-907"),
      "2 things were made, and removed; removed what a killed doctor had left: topic old; what earlier ones have left is not known: access denied"
    )
  })
})

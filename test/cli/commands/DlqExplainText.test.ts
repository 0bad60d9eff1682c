import { Duration, Option } from "effect"
import { describe, expect, it } from "vitest"
import { explanationJson } from "../../../src/cli/commands/DlqExplainJson.ts"
import { type Explained, explanationText } from "../../../src/cli/commands/DlqExplainText.ts"
import { widthOf } from "../../../src/cli/TextWidth.ts"
import { everyDeadLetter } from "../../../src/ingest/DeadLetterFilter.ts"
import { graceAdvice } from "../../../src/ingest/GraceAdvice.ts"

const begins = 1_700_000_000_000
const hostile = "\u001b[31m日本\u202e\u2028"
const ids = { orderId: "9223372036854775807", paymentId: "9007199254740993" }

/** 20 payments a second for ten minutes; orders up to three minutes late. */
const explainedWith = (
  lateMillis: ReadonlyArray<number>,
  settings: Partial<Explained["settings"]> = {}
): Explained => {
  const arrivals = Array.from({ length: 12_000 }, (_, index) => ({ millis: begins + index * 50, bytes: 400 }))
  const limits = { leastMillis: 25_000, mostMillis: 3_300_000, presentMillis: 30_000 }
  return {
    picture: {
      ...{ meant: 12_009, notMeant: 3, foreign: 2, ungrouped: 0, storeError: undefined },
      payments: {
        ...{
          lateMillis,
          latest: ids,
          absent: 11_600,
          absentExample: ids,
          untold: 1,
          undated: 2,
          notAsked: 0
        },
        arrivals
      },
      groups: [
        {
          ...{
            reason: "schema-violation",
            path: hostile,
            subscription: hostile,
            error: hostile,
            exampleId: "7"
          },
          publishedMicros: Array.from({ length: 9 }, (_, index) => (begins + 500_000 + index) * 1_000)
        }
      ]
    },
    filter: { ...everyDeadLetter, text: hostile },
    settings: {
      ...{ paymentGrace: Duration.seconds(30), waitingRoomMax: 20_000, waitingRoomBytes: 64 * 2 ** 20 },
      ...settings
    },
    advice: graceAdvice({ lateMillis, arrivals, ...limits }),
    shown: {
      deployment: {
        subscription: "projects/p/subscriptions/dlq-sub",
        project: "p",
        sources: { orders: "o", payments: "p" }
      },
      ...{ width: Number.POSITIVE_INFINITY, now: begins + 600_000, letters: 12_009, bytes: 4_096 },
      ...{ retention: Option.some(7 * 86_400_000), maxAttempts: Option.none(), isPartial: true }
    }
  }
}

const late = Array.from({ length: 398 }, (_, index) =>
  index < 199 ? 30_000 + index * 55 : 41_000 + (index - 198) * 720
)

describe("the explanation of dead letters", () => {
  it("tells how late orders were, the grace that would have matched them, and what it takes", () => {
    const lines = explanationText(explainedWith(late)).split("\n")
    expect(lines.slice(0, 3)).toEqual([
      "12,009 dead letters in dlq-sub · 3 others are not meant by the filter · 2 of another deployment are not explained · 4.0 KiB read · kept for 7 days · times are in UTC",
      "PARTIAL: no more than 12,009 can be held at once, and there are more",
      ""
    ])
    const text = lines.join("\n")
    expect(text).toContain(
      "  398 orders have come since; how long after their payments: half within 41 s, 95 % within 2 min 51 s, the last within 3 min 5 s (order 9223372036854775807, payment 9007199254740993)"
    )
    expect(text).toContain("  up to 3 min  ")
    expect(text).toContain("  PAYMENT_GRACE=180s would have matched 392 of 398 (98 %); it is 30s here")
    expect(text).toContain(
      "takes 3,600 waiting places in all processes together, 4,800 after one was killed: WAITING_ROOM_MAX=20000, as it is here, is enough"
    )
    expect(text).toMatch(
      /^ {2}next: counterfoil dlq redrive --reason unmatched-payment,unknown .*\(401 have their orders by now\)$/m
    )
    expect(text).toMatch(/^ {2}9 since 2023-11-14 22:21:40, 0 before · newest 2023-11-14 22:21:40$/m)
  })

  it("names the next command with the flags of the deployment, as for what a demo has left", () => {
    const explained = explainedWith(late)
    const deployment = { ...explained.shown.deployment, flags: " --demo" }
    const text = explanationText({
      ...explained,
      filter: everyDeadLetter,
      shown: { ...explained.shown, deployment }
    })
    expect(text).toContain(
      "  next: counterfoil dlq redrive --reason unmatched-payment,unknown --demo (401 have their orders by now)"
    )
  })

  it("says when the waiting room has to be larger", () => {
    const small = { waitingRoomMax: 4_799, waitingRoomBytes: 2 ** 20 }
    expect(explanationText(explainedWith(late, small))).toContain(
      "with one process, raise WAITING_ROOM_MAX to 4800 (it is 4799 here) and WAITING_ROOM_BYTES to 2MiB (it is 1MiB here)"
    )
  })

  it("advises a redrive where orders are later than a payment can wait, and nothing where the grace is long enough", () => {
    const hours = explanationText(explainedWith(late.map((millis) => millis * 100)))
    expect(hours).toContain(
      "that is longer than a payment can wait: PAYMENT_GRACE=3300s, the longest, would have matched 55 of 398 (13 %). Redrive"
    )
    const enough = explanationText(explainedWith([-5_000, 1_000]))
    expect(enough).toContain("half no later than the payment, 95 % within 1 s")
    expect(enough).toContain(
      "PAYMENT_GRACE=30s, as it is here, would have matched 2 of 2 (100 %): they were given up with"
    )
    expect(enough).not.toContain("waiting places")
    expect(explanationText(explainedWith([]))).not.toContain("PAYMENT_GRACE")
  })

  it("fits the terminal's width, and nothing of a message can touch the terminal", () => {
    for (const width of [20, 40, 80, 132]) {
      const explained = explainedWith(late)
      const text = explanationText({ ...explained, shown: { ...explained.shown, width } })
      for (const line of text.split("\n")) {
        expect(widthOf(line), line).toBeLessThanOrEqual(width)
        expect(line).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/u)
      }
    }
  })

  it("tells programs the same as NDJSON, ids as texts", () => {
    const json = explanationJson(explainedWith(late))
    expect(json).not.toMatch(/[\u202e\u2028]/)
    const [unmatched, group, summary] = json.split("\n").map((line) => JSON.parse(line))
    expect(unmatched).toMatchObject({
      ...{ type: "unmatched-payments", count: 12_000, known: 398, absent: 11_600, untold: 1, undated: 2 },
      latest: ids,
      advice: { kind: "raise", graceMillis: 180_000, matched: 392, places: { payments: 3_600 } },
      settings: { graceMillis: 30_000, waitingRoomMax: 20_000 }
    })
    expect(group).toMatchObject({ type: "group", path: hostile, count: 9, sinceThen: 9, before: 0 })
    expect(group).toMatchObject({ since: "2023-11-14T22:21:40.000000Z" })
    expect(summary).toMatchObject({ type: "summary", deadLetters: 12_009, foreign: 2, isPartial: true })
  })
})

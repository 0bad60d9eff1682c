import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { letterLine, type Shown, surveyJson, surveyText } from "../../../src/cli/commands/DlqListText.ts"
import { widthOf } from "../../../src/cli/TextWidth.ts"
import { receivedDeadLetter } from "../../../src/deadletters/ReceivedDeadLetter.ts"
import { everyDeadLetter } from "../../../src/ingest/DeadLetterFilter.ts"
import { makeDeadLetterSurvey } from "../../../src/ingest/DeadLetterSurvey.ts"
import { surveyGroupsMax } from "../../../src/ingest/Limits.ts"
import type { Verdict } from "../../../src/ingest/RedriveAttempt.ts"
import { deliveryOf, messageOf, paymentOf } from "../../support/Samples.ts"

const acceptedAt = 1_700_000_000_000_000
const subscription = "projects/p/subscriptions/payment_data-sub"
const hostile = "\u001b[31m日本\u202e\u2028"

const letterOf = (id: number, attributes: Readonly<Record<string, string>>, orderId = BigInt(id)) =>
  receivedDeadLetter(
    deliveryOf(String(id), {
      ...messageOf(paymentOf(orderId)),
      attributes: { "dlq-reason": "unmatched-payment", "dlq-subscription": subscription, ...attributes },
      publishTimeMicros: acceptedAt + id * 1_000_000
    })
  )

const matches: Verdict = { _tag: "Through", fate: "payment-matched" }
const stays: Verdict = { _tag: "Stays", reason: "unmatched-payment", path: undefined, error: "no order" }

const surveyOf = (verdictOf: (id: number) => Verdict, newestMax = 3) =>
  makeDeadLetterSurvey({
    filter: everyDeadLetter,
    newestMax,
    attempt: (letters) => Effect.succeed(letters.map(({ delivery }) => verdictOf(Number(delivery.messageId))))
  })

const shown: Shown = {
  deployment: {
    subscription: "projects/p/subscriptions/dlq-sub",
    project: "p",
    sources: { orders: "projects/p/subscriptions/orders_data-sub", payments: subscription }
  },
  width: Number.POSITIVE_INFINITY,
  now: acceptedAt / 1000 + 3 * 3_600_000,
  retention: Option.some(31 * 86_400_000),
  maxAttempts: Option.none(),
  letters: 6,
  bytes: 2_048,
  isPartial: false
}

const someLetters = [
  ...[1, 2, 3, 4].map((id) => letterOf(id, {})),
  letterOf(5, { "dlq-reason": "schema-violation", "dlq-path": hostile, "dlq-app-version": hostile }),
  receivedDeadLetter(
    deliveryOf("6", {
      ...messageOf(paymentOf(2n ** 63n - 1n, { payment_id: 7n })),
      publishTimeMicros: acceptedAt
    })
  )
]

describe("the list of dead letters", () => {
  it.effect("tells groups first, the greatest first, and then the newest", () =>
    Effect.gen(function* () {
      const survey = surveyOf((id) => (id === 4 ? stays : matches))
      yield* survey.add(someLetters)
      const lines = surveyText(survey.picture(), shown).split("\n")
      expect(lines.slice(0, 6)).toEqual([
        "6 dead letters in dlq-sub · 2.0 KiB read · times are in UTC",
        "",
        "4 × unmatched-payment · from payment_data-sub",
        "  oldest 2023-11-14 22:13:21, 2 h old of 31 days · newest 2023-11-14 22:13:24",
        "  now: 3 would match, 1 still has no order",
        "  for instance 4"
      ])
      expect(lines.slice(-4)).toEqual([
        "the newest 3 of 6 (--newest 6 shows all):",
        expect.stringContaining("2023-11-14 22:13:25  5  schema-violation "),
        "2023-11-14 22:13:24  4  unmatched-payment  order 4  payment 1004  still has no order",
        "2023-11-14 22:13:23  3  unmatched-payment  order 3  payment 1003  would match"
      ])
    })
  )

  it.effect("fits the terminal's width, and nothing of a message can touch the terminal", () =>
    Effect.gen(function* () {
      const survey = surveyOf(() => stays, 10)
      yield* survey.add(someLetters)
      for (const width of [20, 40, 80]) {
        const text = surveyText(survey.picture(), { ...shown, width, isPartial: true })
        for (const line of text.split("\n")) {
          expect(widthOf(line), line).toBeLessThanOrEqual(width)
          expect(line).not.toMatch(/[\p{Cc}\u2028-\u202E\u2066-\u2069]/u)
        }
      }
    })
  )

  it.effect("as JSON is one object a line, ids as text", () =>
    Effect.gen(function* () {
      const survey = surveyOf(() => matches, 10)
      yield* survey.add(someLetters)
      const lines = surveyJson(survey.picture(), shown).split("\n")
      const objects = lines.map((line) => JSON.parse(line))
      expect(objects.map(({ type }) => type)).toEqual([
        ...["group", "group", "group"],
        ...["letter", "letter", "letter", "letter", "letter", "letter"],
        "summary"
      ])
      expect(objects.find(({ id }) => id === "6")).toMatchObject({
        orderId: "9223372036854775807",
        reason: "unknown",
        subscription: null
      })
      expect(objects.at(-1)).toMatchObject({ deadLetters: 6, bytesRead: 2_048, isPartial: false })
    })
  )

  it.effect("says when its view is partial, and when verdicts are unknown, and asks no more then", () =>
    Effect.gen(function* () {
      let asked = 0
      const survey = makeDeadLetterSurvey({
        filter: everyDeadLetter,
        newestMax: 0,
        attempt: (letters) => {
          asked += letters.length
          return Effect.succeed(
            letters.map((): Verdict => ({ _tag: "Unknown", isOwn: false, error: `away ${hostile}` }))
          )
        }
      })
      yield* survey.add(someLetters.slice(0, 4))
      yield* survey.add(someLetters.slice(4))
      expect(asked).toBe(4)
      const text = surveyText(survey.picture(), { ...shown, isPartial: true })
      expect(text).toMatch(/^PARTIAL: no more than 6 can be held at once, and there are more$/m)
      expect(text).toMatch(/^verdict unknown: away \\u001b/m)
      expect(text).toMatch(/^ {2}now: 4 verdict unknown$/m)
      expect(text).not.toContain("CAREFUL")
      const careful = surveyText(survey.picture(), { ...shown, maxAttempts: Option.some(5) })
      expect(careful).toMatch(
        /^CAREFUL: this subscription has a dead-letter policy itself; .* after 5 looks$/m
      )
    })
  )

  it.effect("[G6] however many groups somebody makes, so many are told apart, and the rest is counted", () =>
    Effect.gen(function* () {
      const survey = surveyOf(() => stays, 0)
      const many = Array.from({ length: surveyGroupsMax + 7 }, (_, id) =>
        letterOf(id + 1, { "dlq-path": `p${id}` })
      )
      yield* survey.add(many)
      const { groups, ungrouped } = survey.picture()
      expect([groups.length, ungrouped]).toEqual([surveyGroupsMax, 7])
      expect(surveyText(survey.picture(), shown)).toContain("7 are of further groups, which are not shown")
    })
  )

  it("a line of one dead letter says where it stands", () => {
    const one = {
      id: "1",
      sinceMicros: acceptedAt,
      reason: "unknown",
      path: undefined,
      subscription: undefined
    }
    const ids = { orderId: "1", paymentId: undefined }
    expect(letterLine({ ...one, ...ids, verdict: { _tag: "Foreign", subscription } }, 200)).toBe(
      "2023-11-14 22:13:20  1  unknown  order 1  of another deployment"
    )
  })
})

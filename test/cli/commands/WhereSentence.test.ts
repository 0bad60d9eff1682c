import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { isFound, type WhereReport } from "../../../src/cli/commands/WhereReport.ts"
import { nextOf, sentenceOf } from "../../../src/cli/commands/WhereSentence.ts"
import {
  answerOf,
  letterOf,
  nowhere,
  ofOrder,
  retrying,
  rowOf,
  stays,
  upTo,
  waiting,
  withProcesses
} from "./WhereReports.ts"

const order = ofOrder(nowhere)
const held = (...messages: Parameters<typeof answerOf> extends [string, ...infer M] ? M : never) => ({
  answered: [{ url: "http://one:8080", answer: answerOf("one-1-a", ...messages) }]
})
const paymentWaits = { ...waiting, since: "S", until: "U" }
const waitsText = "payment 1007 waits for order 7 in process one-1-a since S, until U at least"
const none = { answered: [], readUpTo: { orders: undefined, payments: undefined } }
const silentTable = { table: Result.fail("no host answers") }
const silentPubSub = { deadLetters: Result.fail("Pub/Sub does not answer") }
const partial = {
  deadLetters: Result.succeed({ letters: [], count: 0, read: 100_000, withoutId: 0, isPartial: true })
}
const through = { _tag: "Through", fate: "payment-matched" } as const

describe("where, in one sentence", () => {
  it.each<[string, WhereReport, string, string]>([
    [
      "an order with its payment",
      { ...order, ...rowOf(true, 1007n) },
      "order 7 is stored, with payment 1007",
      "counterfoil facts get 7 prints the row"
    ],
    [
      "an order without",
      { ...order, ...rowOf(true, null) },
      "order 7 is stored, and has no payment",
      "counterfoil facts get 7 prints the row"
    ],
    [
      "a payment in a row",
      { ...nowhere, ...rowOf(true, 1007n) },
      "payment 1007 is in the row of order 7",
      "counterfoil facts get 7 prints the row"
    ],
    [
      "a payment in a row without its order",
      { ...nowhere, ...rowOf(false, 1007n) },
      "payment 1007 is in the row of order 7, which is not stored itself",
      "counterfoil facts get 7 prints the row"
    ],
    [
      "a payment that waits",
      withProcesses(nowhere, held(waiting)),
      "payment 1007 waits for order 7 in process one-1-a since 2026-11-26T00:41:01.000000Z, until 2026-11-26T00:41:31.000000Z at least",
      "nothing, if its order is still to come; if the order was lost, have its publisher send it again"
    ],
    [
      "an order that is tried again",
      withProcesses(order, { ...held(retrying), retriedBy: ["one-1-a", "two-2-b"] }),
      "order 7 is not in the table; process one-1-a retries order 7, which came 2026-11-26T00:41:01.000000Z: no host answers; process two-2-b retries order 7, as its row in the progress table says",
      "nothing, it is tried until it succeeds; /health of the process says what does not answer"
    ],
    [
      "what is in flight",
      withProcesses(nowhere, held({ ...waiting, place: "in-flight", until: null })),
      "process one-1-a works on payment 1007 of order 7, which came 2026-11-26T00:41:01.000000Z",
      "the same command again in a moment"
    ],
    [
      "a dead letter",
      { ...nowhere, ...letterOf(stays) },
      "dead letter 299077 (unmatched-payment, still has no order) carries payment 1007",
      "counterfoil dlq show 299077 says why, and what to do"
    ],
    [
      "dead letters that would go through, and the row of their order",
      { ...order, ...rowOf(true, null), ...letterOf(through, 1_200) },
      "order 7 is stored, and has no payment; 1,200 dead letters carry order 7, the newest 299077 (unmatched-payment, would match)",
      "counterfoil dlq redrive --order-id 7"
    ],
    [
      "an order with more payments than are told",
      withProcesses(order, {
        answered: [
          {
            url: "http://one:8080",
            answer: {
              ...answerOf("one-1-a", ...Array.from({ length: 100 }, () => paymentWaits)),
              heldCount: 120
            }
          }
        ]
      }),
      `order 7 is not in the table; ${Array.from({ length: 3 }, () => waitsText).join("; ")}; 117 more messages of it are held`,
      "nothing, if its order is still to come; if the order was lost, have its publisher send it again"
    ],
    [
      "in a place, while another was not looked at",
      { ...nowhere, ...letterOf({ _tag: "Unknown", error: "", isOwn: false }), ...silentTable },
      "dead letter 299077 (unmatched-payment, verdict unknown) carries payment 1007. Not looked at: the table: no host answers",
      "counterfoil dlq show 299077 says why, and what to do"
    ]
  ])("%s is found", (_, report, sentence, next) => {
    expect(sentenceOf(report)).toBe(sentence)
    expect(nextOf(report)).toBe(next)
    expect(isFound(report)).toBe(true)
  })

  it.each<[string, WhereReport, string]>([
    [
      "one process runs, and was asked",
      nowhere,
      `payment 1007: not in the table, not a dead letter, not waiting in the 1 process asked; messages newer than ${upTo} are unread`
    ],
    [
      "no process runs",
      withProcesses(nowhere, none),
      "payment 1007: not in the table, not a dead letter, and no process is in the progress table; how far the payments have been read is not known"
    ],
    [
      "an order whose row holds a payment alone",
      { ...order, ...rowOf(false, 1007n) },
      `order 7: not in the table (its row holds payment 1007 alone), not a dead letter, not waiting in the 1 process asked; messages newer than ${upTo} are unread`
    ]
  ])("nowhere: %s", (_, report, sentence) => {
    expect(sentenceOf(report)).toBe(sentence)
    expect(nextOf(report)).toContain("ask its publisher")
    expect(isFound(report)).toBe(false)
  })

  it.each<[string, WhereReport, string]>([
    [
      "the table",
      { ...nowhere, ...silentTable },
      "not a dead letter, not waiting in the 1 process asked. Not looked at: the table: no host answers"
    ],
    [
      "the dead letters",
      { ...nowhere, ...silentPubSub },
      "not in the table, not waiting in the 1 process asked. Not looked at: the dead letters: Pub/Sub does not answer"
    ],
    [
      "some of the dead letters",
      { ...nowhere, ...partial },
      "not in the table, not waiting in the 1 process asked. Not looked at: some of the dead letters: no more than 100000 can be held at once"
    ],
    [
      "the dead letters that a redrive holds",
      withProcesses(nowhere, {
        answered: [{ url: "http://one:8080", answer: { ...answerOf("one-1-a"), redriveRunning: true } }]
      }),
      "not in the table, not waiting in the 1 process asked. Not looked at: some dead letters: process one-1-a is redriving"
    ],
    [
      "the process that was to be asked",
      withProcesses(nowhere, { answered: [], failed: [{ url: "http://one:8080", why: "no token" }] }),
      "not in the table, not a dead letter. Not looked at: the process at http://one:8080: no token"
    ],
    [
      "another process",
      withProcesses(nowhere, { notAsked: Result.succeed(["two-2-b"]) }),
      "not in the table, not a dead letter, not waiting in the 1 process asked. Not looked at: process two-2-b: it was not asked (--url)"
    ],
    [
      "whoever else there is",
      withProcesses(nowhere, { notAsked: Result.fail("the progress table was not read") }),
      "not in the table, not a dead letter, not waiting in the 1 process asked. Not looked at: other processes: which there are is not known (the progress table was not read)"
    ],
    [
      "anything at all",
      {
        ...withProcesses(nowhere, { ...none, notAsked: Result.fail("not read") }),
        ...silentTable,
        ...silentPubSub
      },
      ". Not looked at: the table: no host answers; the dead letters: Pub/Sub does not answer; other processes: which there are is not known (not read)"
    ]
  ])("it is not said to be nowhere where nobody looked at %s", (_, report, rest) => {
    const separator = rest.startsWith(".") ? "" : ", "
    expect(sentenceOf(report)).toBe(`payment 1007: not found where it was looked for${separator}${rest}`)
    expect(sentenceOf(report)).not.toContain("are unread")
    expect(nextOf(report)).toBe("see to what was not looked at, then the same command again")
    expect(isFound(report)).toBe(false)
  })
})

/** Reports of `where` for tests: a base in which everything was looked at and nothing found, and what may differ. */
import { Result } from "effect"
import type { WhereReport } from "../../../src/cli/commands/WhereReport.ts"
import type { Verdict } from "../../../src/ingest/RedriveAttempt.ts"
import type { HeldMessage, LookUpAnswer } from "../../../src/telemetry/LookUp.ts"

export const upTo = "2026-11-26T00:41:15.000000Z"

/** What a process answers that holds these messages. */
export const answerOf = (process: string, ...held: ReadonlyArray<HeldMessage>): LookUpAnswer => ({
  process,
  subscriptions: { orders: "projects/p/subscriptions/o", payments: "projects/p/subscriptions/p" },
  readUpTo: { orders: upTo, payments: upTo },
  held,
  heldCount: held.length,
  redriveRunning: false
})

/** Payment 1007 of order 7, waiting. */
export const waiting: HeldMessage = {
  stream: "payments",
  place: "waiting",
  messageId: "11",
  publishTime: "2026-11-26T00:41:00.000000Z",
  orderId: "7",
  paymentId: "1007",
  since: "2026-11-26T00:41:01.000000Z",
  until: "2026-11-26T00:41:31.000000Z",
  reason: null
}

/** Order 7, tried again. */
export const retrying: HeldMessage = {
  ...waiting,
  stream: "orders",
  place: "retrying",
  paymentId: null,
  until: null,
  reason: "no host answers"
}

/** Nothing was found, though everything was looked at: one process runs, and was asked. */
export const nowhere: WhereReport = {
  key: { kind: "payment", id: 1007n },
  processes: {
    answered: [{ url: "http://one:8080", answer: answerOf("one-1-a") }],
    failed: [],
    passedOver: undefined,
    notAsked: Result.succeed([]),
    retriedBy: [],
    readUpTo: { orders: upTo, payments: upTo }
  },
  deadLetters: Result.succeed({ letters: [], count: 0, read: 426, withoutId: 0, isPartial: false }),
  table: Result.succeed({ rows: [], isCut: false, by: "scan", scanned: 80, indexError: undefined })
}

/** The same, asked for an order. */
export const ofOrder = (report: WhereReport, id = 7n): WhereReport => ({
  ...report,
  key: { kind: "order", id }
})

/** The same with other processes. */
export const withProcesses = (
  report: WhereReport,
  processes: Partial<WhereReport["processes"]>
): WhereReport => ({ ...report, processes: { ...report.processes, ...processes } })

/** The row of an order in the table. */
export const rowOf = (
  hasOrder: boolean,
  paymentId: bigint | null,
  orderId = 7n
): Pick<WhereReport, "table"> => ({
  table: Result.succeed({
    rows: [{ orderId, paymentId, hasOrder }],
    isCut: false,
    by: "key",
    scanned: 0,
    indexError: undefined
  })
})

export const stays: Verdict = {
  _tag: "Stays",
  reason: "unmatched-payment",
  path: undefined,
  error: "no order"
}

/** A dead letter of payment 1007. */
export const letterOf = (verdict: Verdict, count = 1): Pick<WhereReport, "deadLetters"> => ({
  deadLetters: Result.succeed({
    letters: [
      {
        id: "299077",
        sinceMicros: 1_700_000_000_000_000,
        reason: "unmatched-payment",
        path: undefined,
        subscription: undefined,
        orderId: "7",
        paymentId: "1007",
        verdict
      }
    ],
    count,
    read: 426,
    withoutId: 0,
    isPartial: false
  })
})

import { describe, expect, it } from "@effect/vitest"
import { Result } from "effect"
import { whereJson, whereText } from "../../../src/cli/commands/WhereText.ts"
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

const greatest = 2n ** 63n - 1n
const hostile = "\u001b[31m日本\u202e\u2028"

describe("where, for people", () => {
  it("what was found comes first, then each part, then what to do", () => {
    const report = withProcesses(
      { ...nowhere, ...letterOf(stays, 12) },
      { answered: [{ url: "http://one:8080", answer: answerOf("one-1-a", waiting) }] }
    )
    expect(
      whereText(report)
    ).toBe(`payment 1007 waits for order 7 in process one-1-a since ${waiting.since}, until ${waiting.until} at least; 12 dead letters carry payment 1007, the newest 299077 (unmatched-payment, still has no order)

table         no row (80 rows scanned; \`counterfoil setup cassandra --index-payments\` spares the scan)
dead letters  299077 unmatched-payment (still has no order), and 11 older; 12 of the 426 read
processes     one-1-a at http://one:8080 holds 1 of it; has read orders up to ${upTo}, payments up to ${upTo}

next: counterfoil dlq show 299077 says why, and what to do`)
  })

  it("where nothing was found, the parts say what was looked at and what was not", () => {
    const report = withProcesses(
      { ...nowhere, table: Result.fail("no host answers"), deadLetters: Result.fail("Pub/Sub is away") },
      {
        answered: [],
        failed: [{ url: "http://one:8080", why: "no token" }],
        passedOver: "http://127.0.0.1:8080: nobody answers",
        notAsked: Result.succeed(["two-2-b"])
      }
    )
    expect(whereText(report)).toBe(`table         not looked at: no host answers
dead letters  not looked at: Pub/Sub is away
processes     http://one:8080 not looked at: no token
              two-2-b not asked: give its address with --url
              (nothing at http://127.0.0.1:8080: nobody answers)

next: see to what was not looked at, then the same command again`)
  })

  it.each([
    ["index", undefined, "no row (by the index)"],
    ["key", undefined, "no row"],
    ["scan", "it is being built", "no row (80 rows scanned; the index did not answer: it is being built)"]
  ] as const)("how the table was looked at: by %s, %s", (by, indexError, text) => {
    const table = Result.succeed({ rows: [], isCut: false, by, scanned: 80, indexError })
    expect(whereText({ ...nowhere, table })).toContain(`table         ${text}\n`)
  })

  it("dead letters without an id that can be read, and those that could not be held, are told", () => {
    const look = { letters: [], count: 0, read: 100_000, withoutId: 12, isPartial: true }
    expect(whereText({ ...nowhere, deadLetters: Result.succeed(look) })).toContain(
      "dead letters  none of the 100,000 read, of which 12 have no id that can be read; there are more, which could not be held at once\n"
    )
  })

  it("nothing that a process or a server says touches the terminal", () => {
    const answer = answerOf(hostile, { ...retrying, reason: hostile, orderId: hostile })
    const report = withProcesses(ofOrder(nowhere), {
      answered: [{ url: "http://one:8080", answer }],
      notAsked: Result.fail(hostile),
      retriedBy: [hostile]
    })
    for (const text of [whereText(report), whereJson(report)])
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2028]/u)
  })
})

describe("where, for programs", () => {
  it("is one line; ids are texts, and exact", () => {
    const report = ofOrder(
      { ...nowhere, ...rowOf(true, greatest - 1n, greatest), ...letterOf(stays) },
      greatest
    )
    const json = JSON.parse(whereJson(report))
    expect(whereJson(report)).not.toContain("\n")
    expect(json).toMatchObject({
      order: String(greatest),
      isFound: true,
      notLookedAt: [],
      readUpTo: { orders: upTo, payments: upTo },
      table: {
        by: "key",
        rows: [{ orderId: String(greatest), hasOrder: true, paymentId: String(greatest - 1n) }]
      },
      deadLetters: { count: 1, read: 426, letters: [{ id: "299077", verdict: "stays(unmatched-payment)" }] },
      held: [],
      processesAsked: [{ process: "one-1-a", heldCount: 0 }],
      processesNotAsked: []
    })
  })

  it("what was not looked at is null, and said", () => {
    const report = withProcesses(
      { ...nowhere, table: Result.fail("away"), deadLetters: Result.fail("gone") },
      { notAsked: Result.fail("unread") }
    )
    expect(JSON.parse(whereJson(report))).toMatchObject({
      isFound: false,
      table: null,
      deadLetters: null,
      processesNotAsked: null,
      notLookedAt: [
        "the table: away",
        "the dead letters: gone",
        "other processes: which there are is not known (unread)"
      ]
    })
  })

  it("what a process holds is there with the process and its address", () => {
    const report = withProcesses(nowhere, {
      answered: [{ url: "http://one:8080", answer: answerOf("one-1-a", waiting) }]
    })
    expect(JSON.parse(whereJson(report)).held).toEqual([
      { process: "one-1-a", url: "http://one:8080", ...waiting }
    ])
  })
})

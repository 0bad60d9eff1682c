import { assert, describe, it } from "@effect/vitest"
import { orderColumns, paymentColumns } from "../support/Expectation.ts"
import type { PlainRow } from "../support/PlainTable.ts"
import { SeededRandom } from "../support/SeededRandom.ts"
import {
  type DeadLetter,
  type History,
  isRecovered,
  isRight,
  isSettled,
  judge,
  type Published
} from "./Ledger.ts"
import { order, type Planned, payment, poison } from "./Traffic.ts"

const random = new SeededRandom(7)

const published = (planned: Planned, messageId: string, publishMillis: number): Published => ({
  planned,
  messageId,
  publishMillis
})

const nulls: PlainRow = Object.fromEntries(
  [...orderColumns, ...paymentColumns].map((column) => [column, null])
)

/** The row that these messages make, the later over the earlier. */
const rowOf = (...messages: ReadonlyArray<Published>): PlainRow =>
  Object.assign(
    { ...nulls },
    ...messages.map(({ planned: { meaning } }) => (meaning._tag === "Poison" ? {} : meaning.cells))
  )

const deadLetterOf = (message: Published, reason: string, publishTimeMillis = 40_000): DeadLetter => ({
  publishTimeMillis,
  data: message.planned.data,
  attributes: {
    ...message.planned.attributes,
    "dlq-reason": reason,
    "dlq-message-id": message.messageId,
    "dlq-subscription": `projects/p/subscriptions/${message.planned.stream}-sub`
  }
})

const always = { why: "a process killed", from: 0, until: Number.POSITIVE_INFINITY }

const firstOrder = published(order(1, "Pending", random), "1", 1_000)
const firstPayment = published(payment(1, 1, random), "2", 2_000)
const laterPayment = published(payment(1, 2, random), "3", 3_000)
const badOrder = published(poison("orders", random), "4", 1_000)
const badReason = badOrder.planned.meaning._tag === "Poison" ? badOrder.planned.meaning.reason : ""

const history = (fields: Partial<History>): History => ({
  published: [firstOrder, firstPayment],
  rows: new Map([["1", rowOf(firstOrder, firstPayment)]]),
  deadLetters: [],
  left: [],
  unseenUntil: new Map(),
  disturbances: [],
  ...fields
})

const faultsOf = (fields: Partial<History>) => {
  const { lost, wrong, doubled, misrouted, stale, late, left } = judge(history(fields))
  return { lost, wrong, doubled, misrouted, stale, late, left }
}

const none = { lost: 0, wrong: 0, doubled: 0, misrouted: 0, stale: 0, late: 0, left: 0 }

describe("the ledger finds right", () => {
  it("an order and its payment in one row", () => {
    const judgement = judge(history({}))
    assert.isTrue(isRight(judgement) && isSettled(judgement))
    assert.deepStrictEqual(Object.fromEntries(judgement.verdicts), {
      "orders:1": "stored",
      "payments:2": "matched"
    })
  })

  it("the later of two payments, whichever arrived last", () => {
    const judgement = judge(
      history({
        published: [firstOrder, laterPayment, firstPayment],
        rows: new Map([["1", rowOf(firstOrder, laterPayment)]])
      })
    )
    assert.isTrue(isRight(judgement))
    assert.strictEqual(judgement.verdicts.get("payments:2"), "superseded")
    assert.strictEqual(judgement.verdicts.get("payments:3"), "matched")
  })

  it("either of two payments of one millisecond, if it is whole", () => {
    const tied = { ...laterPayment, publishMillis: firstPayment.publishMillis }
    for (const winner of [firstPayment, tied]) {
      const rows = new Map([["1", rowOf(firstOrder, winner)]])
      assert.deepStrictEqual(faultsOf({ published: [firstOrder, firstPayment, tied], rows }), none)
    }
  })

  it("one dead letter for a message that cannot be read, and one for a payment without an order", () => {
    const lonely = published(payment(9, 1, random), "9", 1_000)
    const deadLetters = [deadLetterOf(badOrder, badReason), deadLetterOf(lonely, "unmatched-payment")]
    assert.deepStrictEqual(faultsOf({ published: [badOrder, lonely], rows: new Map(), deadLetters }), none)
  })

  it("a copy of a dead letter that a disturbance excuses, and no other", () => {
    const copiesAt = (...times: ReadonlyArray<number>) => ({
      published: [badOrder],
      rows: new Map(),
      deadLetters: times.map((time) => deadLetterOf(badOrder, badReason, time)),
      disturbances: [{ why: "connection cut", from: 40_000, until: 49_000 }]
    })
    const excused = judge(history(copiesAt(90_000, 45_000, 40_000)))
    assert.deepStrictEqual([excused.doubled, excused.copies, excused.findings], [0, 2, []])
    assert.deepStrictEqual([...excused.excused], [["connection cut", 2]])
    assert.deepStrictEqual(faultsOf(copiesAt(40_000, 60_001, 61_000)), { ...none, doubled: 1 })
    const undisturbed = judge(history({ ...copiesAt(45_000, 46_000), disturbances: [] }))
    assert.match(undisturbed.findings.join(), /^doubled: orders:\d+: (.* at .*, delivery .*){2}$/)
  })
})

describe("the ledger finds lost", () => {
  it("an order without a row", () => {
    assert.deepStrictEqual(faultsOf({ published: [firstOrder], rows: new Map() }), { ...none, lost: 1 })
  })

  it("a payment whose order's row has none", () => {
    const rows = new Map([["1", rowOf(firstOrder)]])
    assert.deepStrictEqual(faultsOf({ rows }), { ...none, lost: 1 })
  })

  it("a message that cannot be read, and a payment without an order, where there is no dead letter", () => {
    const lonely = published(payment(9, 1, random), "9", 1_000)
    assert.deepStrictEqual(faultsOf({ published: [badOrder, lonely], rows: new Map() }), { ...none, lost: 2 })
    const waiting = judge(history({ published: [lonely], rows: new Map() }))
    assert.isTrue(
      isRecovered(waiting) && !isSettled(waiting),
      "until its grace is over, that is how it should be"
    )
  })

  it("nothing that is still on its subscription; that is left", () => {
    const left = [
      { stream: "orders", messageId: "1" },
      { stream: "orders", messageId: "4" }
    ] as const
    const judgement = judge(history({ published: [firstOrder, badOrder], rows: new Map(), left }))
    assert.deepStrictEqual([judgement.lost, judgement.left], [0, 2])
    assert.isFalse(isRight(judgement))
    assert.strictEqual(faultsOf({ rows: new Map(), left: [left[0]], disturbances: [always] }).left, 1)
  })

  it("left, too, what had its effect and is on its subscription still, unless a disturbance came after its publish", () => {
    const left = [
      { stream: "orders", messageId: "1" },
      { stream: "payments", messageId: "2" }
    ] as const
    const leftAfter = (until: number) => faultsOf({ left, disturbances: [{ ...always, until }] }).left
    assert.deepStrictEqual([999, 1_000, 2_000].map(leftAfter), [2, 1, 0])
    assert.strictEqual(judge(history({ left })).repeating, 2)
  })
})

describe("the ledger finds wrong", () => {
  it("any one cell", () => {
    for (const column of [...orderColumns, ...paymentColumns]) {
      for (const value of ["x", null]) {
        const rows = new Map([["1", { ...rowOf(firstOrder, firstPayment), [column]: value }]])
        assert.strictEqual(faultsOf({ rows }).wrong, 1, `${column}: ${value}`)
      }
    }
  })

  it("an older payment over a later one", () => {
    const rows = new Map([["1", rowOf(firstOrder, firstPayment)]])
    assert.deepStrictEqual(faultsOf({ published: [firstOrder, firstPayment, laterPayment], rows }), {
      ...none,
      wrong: 1
    })
  })

  it("the cells of two payments in one row", () => {
    const tied = { ...laterPayment, publishMillis: firstPayment.publishMillis }
    const mixed = { ...rowOf(firstOrder, firstPayment), payment_id: rowOf(tied)["payment_id"] ?? null }
    const rows = new Map([["1", mixed]])
    assert.strictEqual(faultsOf({ published: [firstOrder, firstPayment, tied], rows }).wrong, 1)
  })

  it("a row nobody published an order for, with a payment or without", () => {
    const lonely = published(payment(9, 1, random), "9", 1_000)
    const deadLetters = [deadLetterOf(lonely, "unmatched-payment")]
    const rows = new Map([["9", rowOf(lonely)]])
    assert.deepStrictEqual(faultsOf({ published: [lonely], rows, deadLetters }), { ...none, wrong: 1 })
    assert.strictEqual(faultsOf({ published: [], rows: new Map([["5", rowOf(firstOrder)]]) }).wrong, 1)
  })

  it("a payment in a row without the order", () => {
    const rows = new Map([["1", rowOf(firstPayment)]])
    assert.deepStrictEqual(faultsOf({ rows }), { ...none, wrong: 1, lost: 1 })
  })

  it("a dead letter with other bytes, or without an attribute of the message", () => {
    const deadLetter = deadLetterOf(badOrder, badReason)
    const { kind: _, ...attributes } = deadLetter.attributes
    for (const changed of [
      { ...deadLetter, data: Buffer.from("other") },
      { ...deadLetter, attributes }
    ]) {
      const fields = { published: [badOrder], rows: new Map(), deadLetters: [changed] }
      assert.deepStrictEqual(faultsOf(fields), { ...none, wrong: 1 })
    }
  })
})

describe("the ledger finds misrouted", () => {
  it("a payment that became a dead letter though its order is there", () => {
    const rows = new Map([["1", rowOf(firstOrder)]])
    const deadLetters = [deadLetterOf(firstPayment, "unmatched-payment")]
    assert.deepStrictEqual(faultsOf({ rows, deadLetters }), { ...none, misrouted: 1 })
  })

  it("such a payment, too, where an older one stands instead of it; the row itself is right then", () => {
    const deadLetters = [deadLetterOf(laterPayment, "unmatched-payment")]
    const all = [firstOrder, firstPayment, laterPayment]
    assert.deepStrictEqual(faultsOf({ published: all, deadLetters }), { ...none, misrouted: 1 })
  })

  it("not one whose order a disturbance kept from every look; that is late, or stale if matched later", () => {
    const deadLetters = [deadLetterOf(firstPayment, "unmatched-payment")]
    const unmatched = new Map([["1", rowOf(firstOrder)]])
    const matched = new Map([["1", rowOf(firstOrder, firstPayment)]])
    const faultsAt = (at: number, rows: History["rows"], disturbances = [always]) =>
      faultsOf({ rows, deadLetters, unseenUntil: new Map([["1", at]]), disturbances })
    assert.deepStrictEqual(faultsAt(40_000, unmatched), { ...none, late: 1 })
    assert.deepStrictEqual(faultsAt(40_000, matched), { ...none, stale: 1 })
    assert.deepStrictEqual(faultsAt(39_999, unmatched), { ...none, misrouted: 1 })
    assert.deepStrictEqual(faultsAt(39_999, matched), { ...none, misrouted: 1 })
    assert.deepStrictEqual(faultsAt(40_000, matched, []), { ...none, misrouted: 1 })
  })

  it("an order, or a payment for another reason, though they are stored as well", () => {
    const deadLetters = [
      deadLetterOf(firstOrder, "schema-violation"),
      deadLetterOf(firstPayment, "store-rejected")
    ]
    assert.deepStrictEqual(faultsOf({ deadLetters }), { ...none, misrouted: 2 })
  })

  it("a dead letter of a wrong reason, and one for what nobody published", () => {
    const wrongReason = {
      published: [badOrder],
      rows: new Map(),
      deadLetters: [deadLetterOf(badOrder, "store-rejected")]
    }
    assert.deepStrictEqual(faultsOf(wrongReason), { ...none, misrouted: 1 })
    const deadLetters = [deadLetterOf({ ...badOrder, messageId: "99" }, badReason)]
    assert.deepStrictEqual(faultsOf({ deadLetters }), { ...none, misrouted: 1 })
  })
})

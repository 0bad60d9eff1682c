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

const deadLetterOf = (message: Published, reason: string): DeadLetter => ({
  publishTimeMillis: 40_000,
  data: message.planned.data,
  attributes: {
    ...message.planned.attributes,
    "dlq-reason": reason,
    "dlq-message-id": message.messageId,
    "dlq-subscription": `projects/p/subscriptions/${message.planned.stream}-sub`
  }
})

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
  ...fields
})

const faultsOf = (fields: Partial<History>, repetitionsAllowed = 0) => {
  const { lost, wrong, doubled, misrouted, stale, late, left } = judge(history(fields), repetitionsAllowed)
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

  it("copies of a dead letter, as many as a crash may leave", () => {
    const deadLetters = [1, 2, 3].map(() => deadLetterOf(badOrder, badReason))
    const twoTooMany = { published: [badOrder], rows: new Map(), deadLetters }
    assert.deepStrictEqual(faultsOf(twoTooMany, 2), none)
    assert.strictEqual(judge(history(twoTooMany), 2).copies, 2)
    assert.deepStrictEqual(judge(history(twoTooMany), 2).findings, [])
    assert.match(
      judge(history(twoTooMany), 1).findings.join(),
      /^doubled: orders:\d+: (.* at .*, delivery .*){3}$/
    )
    assert.deepStrictEqual(faultsOf(twoTooMany, 1), { ...none, doubled: 1 })
    assert.deepStrictEqual(faultsOf(twoTooMany), { ...none, doubled: 2 })
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
    assert.strictEqual(faultsOf({ published: [firstOrder], rows: new Map(), left: [left[0]] }, 9).left, 1)
  })

  it("left, too, what had its effect and is on its subscription still, beyond what a fault may repeat", () => {
    const left = [
      { stream: "orders", messageId: "1" },
      { stream: "payments", messageId: "2" }
    ] as const
    assert.deepStrictEqual(
      [0, 1, 2, 3].map((allowed) => faultsOf({ left }, allowed).left),
      [2, 1, 0, 0]
    )
    assert.strictEqual(judge(history({ left }), 2).repeating, 2)
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

  it("not one whose order no look had found when the dead letter was published; that is late", () => {
    const deadLetters = [deadLetterOf(firstPayment, "unmatched-payment")]
    const rows = new Map([["1", rowOf(firstOrder)]])
    const faultsAt = (at: number) => faultsOf({ rows, deadLetters, unseenUntil: new Map([["1", at]]) })
    assert.deepStrictEqual(faultsAt(40_000), { ...none, late: 1 })
    assert.deepStrictEqual(faultsAt(39_999), { ...none, misrouted: 1 })
  })

  it("not one that a later redelivery matched; that is stale", () => {
    const deadLetters = [deadLetterOf(firstPayment, "unmatched-payment")]
    assert.deepStrictEqual(faultsOf({ deadLetters }), { ...none, stale: 1 })
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

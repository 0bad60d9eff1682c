import { assert, describe, it } from "@effect/vitest"
import { lookUpView } from "../../page/LookUpText.js"

type Answer = Parameters<typeof lookUpView>[1]

const nothing: Answer = {
  process: "host-1-abc",
  held: [],
  heldCount: 0,
  redriveRunning: false,
  table: { rows: [], hidden: [] },
  deadLetters: { letters: [], remembered: 2, withoutId: 0 }
}

const order = { kind: "order", id: "7" } as const
const payment = { kind: "payment", id: "1007" } as const

const row = {
  hasOrder: true,
  columns: { order_id: "7", order_status: "shipped\u202e", payment_id: "1007" }
}

const held = {
  place: "waiting",
  orderId: "7",
  paymentId: "1007",
  since: "2026-11-26T03:57:57.683000Z",
  until: "2026-11-26T03:58:57.683000Z",
  reason: null
} as const

const letter = {
  number: 1,
  atMillis: Date.UTC(2026, 10, 26, 4),
  stream: "payments",
  reason: "unmatched-payment",
  messageId: "53",
  orderId: "7",
  paymentId: "1007",
  error: "no such order"
}

describe("what the page says of an order or a payment that is looked up", () => {
  it("a row: that it is stored, with its columns, and which are hidden until somebody asks", () => {
    const masked = { ...nothing, table: { rows: [row], hidden: ["item"] } }
    const view = lookUpView(order, masked)
    assert.strictEqual(view.sentence, "Order 7 is stored, with payment 1007.")
    assert.deepInclude(view.rows, ["order_status", "shipped\\u202e"])
    assert.deepInclude(view.rows, ["item", "(hidden)"])
    assert.isTrue(view.isMasked)
    assert.strictEqual(lookUpView(payment, masked).sentence, "Payment 1007 is in the row of order 7.")
    assert.isFalse(lookUpView(order, { ...nothing, table: { rows: [row], hidden: [] } }).isMasked)
  })

  it("a row that holds a payment alone is not the order's", () => {
    const lonely = { ...nothing, table: { rows: [{ ...row, hasOrder: false }], hidden: [] } }
    assert.match(lookUpView(order, lonely).sentence, /^Order 7 is nowhere here: not in the table/)
    assert.match(lookUpView(payment, lonely).sentence, /^Payment 1007 is in the row of order 7/)
  })

  it("what waits, with since and until; what is tried again, with the reason", () => {
    const clock = (text: string) => new Date(text).toLocaleTimeString("en-GB")
    const waiting = lookUpView(payment, { ...nothing, held: [held], heldCount: 1 })
    assert.strictEqual(
      waiting.sentence,
      `Payment 1007 waits here for order 7 since ${clock(held.since)}, until ${clock(held.until)} at least.`
    )
    const retrying = { ...held, place: "retrying", until: null, reason: "no host answers" } as const
    assert.match(
      lookUpView(payment, { ...nothing, held: [retrying], heldCount: 4 }).sentence,
      /^This process retries payment 1007, which came at [\d:]+: no host answers; 3 more messages of it are held here\.$/
    )
  })

  it("a dead letter, with its reason, and the command that goes on", () => {
    const view = lookUpView(payment, {
      ...nothing,
      deadLetters: { letters: [letter], remembered: 2, withoutId: 1 }
    })
    assert.match(
      view.sentence,
      /^Payment 1007 became a dead letter at [\d:]+ \(unmatched-payment: no such order\)\.$/
    )
    assert.strictEqual(view.next, "counterfoil dlq show 53")
  })

  it("nowhere here: only of the places that were looked at, and with the command for all places", () => {
    const { next, sentence } = lookUpView(order, nothing)
    assert.strictEqual(
      sentence,
      "Order 7 is nowhere here: not in the table, not held by this process, not among the 2 dead letters that it remembers."
    )
    assert.strictEqual(next, "counterfoil where --order 7")
    const unread = { ...nothing, deadLetters: { letters: [], remembered: 2, withoutId: 2 } }
    assert.include(lookUpView(order, unread).sentence, "of which 2 have no id that can be read")
    const unseen = lookUpView(payment, { ...nothing, table: { notLookedAt: "no host answers" } })
    assert.notInclude(unseen.sentence, "not in the table")
    assert.include(unseen.sentence, "Not looked at: the table (no host answers).")
  })
})

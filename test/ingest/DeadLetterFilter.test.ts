import { Result } from "effect"
import { describe, expect, it } from "vitest"
import { receivedDeadLetter } from "../../src/deadletters/ReceivedDeadLetter.ts"
import { decodePayment } from "../../src/domain/Decoder.ts"
import { type DeadLetterFilter, everyDeadLetter, isMeant } from "../../src/ingest/DeadLetterFilter.ts"
import { idsOf } from "../../src/ingest/DeadLetterMessages.ts"
import { bytesOf, deliveryOf, messageOf, paymentOf } from "../support/Samples.ts"

const letter = receivedDeadLetter(
  deliveryOf("1", {
    data: bytesOf('{"order_id": 9223372036854775807, "payment_id": "7", "payment_method": "Visa à débit"}'),
    attributes: { "dlq-reason": "schema-violation", "dlq-path": "payment_status" },
    publishTimeMicros: 1_700_000_000_000_000
  })
)

const unmarked = receivedDeadLetter(deliveryOf("2", { data: bytesOf("no JSON") }))

const meant = (filter: Partial<DeadLetterFilter>, one = letter) =>
  isMeant({ ...everyDeadLetter, ...filter }, one)

describe("which dead letters are meant", () => {
  it("all, where nothing is asked", () => {
    expect([meant({}), meant({}, unmarked)]).toEqual([true, true])
  })

  it("by reason; unknown is that of dead letters without one", () => {
    expect(meant({ reasons: new Set(["schema-violation", "undecodable"]) })).toBe(true)
    expect(meant({ reasons: new Set(["unmatched-payment"]) })).toBe(false)
    expect(meant({ reasons: new Set(["unknown"]) }, unmarked)).toBe(true)
    expect(meant({ reasons: new Set(["unknown"]) })).toBe(false)
  })

  it("by ids, exactly, as they are written in the data", () => {
    expect(meant({ orderId: "9223372036854775807" })).toBe(true)
    expect(meant({ orderId: "9223372036854775806" })).toBe(false)
    expect(meant({ orderId: "9223372036854775807", paymentId: "7" })).toBe(true)
    expect(meant({ orderId: "9223372036854775807", paymentId: "8" })).toBe(false)
    expect(meant({ paymentId: "7" }, unmarked)).toBe(false)
  })

  it("by the time at which it came, by text, and by field", () => {
    expect(meant({ sinceMicros: 1_700_000_000_000_000 })).toBe(true)
    expect(meant({ sinceMicros: 1_700_000_000_000_001 })).toBe(false)
    expect(meant({ text: "à débit" })).toBe(true)
    expect(meant({ text: "À débit" })).toBe(false)
    expect(meant({ path: "payment_status" })).toBe(true)
    expect(meant({ path: "payment" })).toBe(false)
    expect(meant({ path: "payment_status" }, unmarked)).toBe(false)
  })
})

describe("the ids in a dead letter", () => {
  it("are told where the rest of it is wrong, and are never rounded", () => {
    expect(idsOf(bytesOf('{"order_id": 9007199254740993, "x": {"payment_id": 1}}'))).toEqual({
      orderId: "9007199254740993",
      paymentId: undefined
    })
  })

  it("are those that decoding the message gives, however they are written", () => {
    for (const id of [
      "7.0",
      "1e3",
      "70e-1",
      '"7"',
      '"\\u0037"',
      "9223372036854775807",
      "922337203685477580.7e1"
    ]) {
      const {
        payment_id: _,
        order_id: __,
        ...rest
      } = JSON.parse(new TextDecoder().decode(messageOf(paymentOf(1n)).data))
      const text = `{"order_id": 1, "payment_id": ${id}, "\\u006frder_id": ${id}, ${JSON.stringify(rest).slice(1)}`
      const { order_id, payment_id } = Result.getOrThrow(decodePayment(bytesOf(text)))
      expect(idsOf(bytesOf(text))).toEqual({ orderId: String(order_id), paymentId: String(payment_id) })
    }
    const written = receivedDeadLetter(deliveryOf("3", { data: bytesOf('{"order_id": 1e3}') }))
    expect([meant({ orderId: "1000" }, written), meant({ orderId: "1" }, written)]).toEqual([true, false])
  })

  it("are none where there is no object, or no integer", () => {
    for (const text of [
      "",
      "[1]",
      "null",
      "{",
      '{"order_id": 1.5, "payment_id": "a\\u001b"}',
      '{"order_id": 1e-400, "payment_id": "1e3"}',
      '{"order_id": -1, "payment_id": 1e19}'
    ])
      expect(idsOf(bytesOf(text))).toEqual({ orderId: undefined, paymentId: undefined })
  })
})

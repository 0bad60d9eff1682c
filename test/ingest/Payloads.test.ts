import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type DecodeFailure, decodeOrder, decodePayment } from "../../src/domain/Decoder.ts"
import { remarkBytesMax } from "../../src/domain/Wrapping.ts"
import { maxAttributeValueBytes } from "../../src/pubsub/MessageLimits.ts"
import { bytesOf } from "../support/Samples.ts"
import { goodOrders, goodPayments } from "./payloads/Good.ts"
import { decodedOrder, decodedPayment } from "./payloads/Messages.ts"
import { undecodable } from "./payloads/Undecodable.ts"
import { violatingOrders, violatingPayments } from "./payloads/Violating.ts"

describe("what publishers send", () => {
  it.each(goodOrders)("an order: %s", (_, sent, differs) => {
    assert.deepStrictEqual(Result.getOrThrow(decodeOrder(bytesOf(sent))) as object, {
      ...decodedOrder,
      ...differs
    })
  })

  it.each(goodPayments)("a payment: %s", (_, sent, differs) => {
    assert.deepStrictEqual(Result.getOrThrow(decodePayment(bytesOf(sent))) as object, {
      ...decodedPayment,
      ...differs
    })
  })

  it.each(violatingOrders)("[G3] no order: %s", (_, sent, path, error) => {
    assert.deepStrictEqual(failed(decodeOrder(bytesOf(sent))), {
      _tag: "SchemaViolation",
      path,
      message: error
    })
  })

  it.each(violatingPayments)("[G3] no payment: %s", (_, sent, path, error) => {
    assert.deepStrictEqual(failed(decodePayment(bytesOf(sent))), {
      _tag: "SchemaViolation",
      path,
      message: error
    })
  })

  for (const [what, sent, error, attributes] of undecodable) {
    it(`[G3] neither order nor payment: ${what}`, () => {
      const data = typeof sent === "string" ? bytesOf(sent) : sent
      for (const decode of [decodeOrder, decodePayment]) {
        assert.deepStrictEqual(failed(decode(data, attributes)), { _tag: "Undecodable", message: error })
      }
    })
  }

  it("[G3] is refused in a text that fits an attribute, the remark among it", () => {
    const violations = [...violatingOrders, ...violatingPayments]
    const errors = [...violations.map(([, , , text]) => text), ...undecodable.map(([, , text]) => text)]
    for (const error of errors) {
      const remark = /\(.*\)$/s.exec(error)?.[0] ?? ""
      assert.isAtMost(Buffer.byteLength(remark), remarkBytesMax)
      assert.isBelow(Buffer.byteLength(error), maxAttributeValueBytes)
    }
  })

  it("[G3] is looked at without overflow or delay, whatever its size", () => {
    const texts = ["[", "{", '"', "\\", '{"a":', "}{", "\n", " ", "eyJ", '{"a":"\\']
    for (const text of texts.map((part) => part.repeat(1_000_000))) {
      assert.isTrue(Result.isFailure(decodeOrder(bytesOf(text))))
    }
  })
})

const failed = (decoded: Result.Result<unknown, DecodeFailure>): object => {
  const failure = Result.getOrThrow(Result.flip(decoded))
  const { _tag, message } = failure
  return failure._tag === "SchemaViolation" ? { _tag, path: failure.path, message } : { _tag, message }
}

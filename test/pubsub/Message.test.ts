import { assert, describe, it } from "vitest"
import { copyOutOfResponse } from "../../src/pubsub/Message.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

describe("a delivery that is kept for long", () => {
  it("[G6] keeps its own bytes in memory, not those of the whole response it came in", () => {
    const response = Buffer.alloc(64 * 1024)
    response.write("payment", 1_000)
    const delivery = deliveryOf("1", { data: response.subarray(1_000, 1_007) })
    copyOutOfResponse([delivery])
    assert.strictEqual(delivery.data.buffer.byteLength, 7)
    assert.deepStrictEqual(delivery.data, bytesOf("payment"))
  })

  it("keeps bytes that are its own as they are, empty ones too", () => {
    for (const data of [bytesOf("payment"), new Uint8Array(0)]) {
      const delivery = deliveryOf("1", { data })
      copyOutOfResponse([delivery])
      assert.strictEqual(delivery.data, data)
    }
  })
})

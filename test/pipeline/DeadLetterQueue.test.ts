import { assert, describe, it } from "@effect/vitest"
import { Effect, FiberSet, Result } from "effect"
import { makeDeadLetterQueue } from "../../src/pipeline/DeadLetterQueue.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { bytesOf, deliveryOf } from "../support/Samples.ts"

describe("DeadLetterQueue", () => {
  it.effect("[G6] a dead letter on its way keeps its own bytes in memory, not the response it came in", () =>
    Effect.gen(function* () {
      const response = new Uint8Array(65_536)
      response.set(bytesOf("no JSON"))
      const delivery = deliveryOf("1", { data: response.subarray(0, 7) })
      const decoded = { delivery, decoded: Result.fail("no JSON"), receivedAtMillis: 0 }
      const ledger = makeStreamLedger<"refused">(["refused"])
      const queue = yield* makeDeadLetterQueue<string, string, "refused", "unreadable">({
        maxPublishing: 10,
        ledger,
        attempt: { settle: () => Effect.never, deadLetter: () => Effect.never, successes: () => 0 },
        fibers: yield* FiberSet.make<void, never>(),
        onDurable: () => () => {},
        retry: () => Effect.void
      })
      const letter = { delivery, subscription: "s", reason: "unreadable" as const, error: "no JSON" }
      yield* queue.enqueue([{ decoded, letter }], ledger.received([decoded]))
      assert.strictEqual(delivery.data.buffer.byteLength, 7)
      assert.deepStrictEqual(delivery.data, bytesOf("no JSON"))
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect, Result } from "effect"
import type { DeadLetter } from "../../src/deadletters/DeadLetterMessage.ts"
import { makeBatchAttempt } from "../../src/pipeline/BatchAttempt.ts"
import type { DecodedDelivery } from "../../src/pipeline/DecodedDelivery.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import type { Delivery } from "../../src/pubsub/Message.ts"
import { deliveryOf } from "../support/Samples.ts"

const decodedOf = (messageId: string): DecodedDelivery<string, string> => ({
  delivery: deliveryOf(messageId),
  decoded: Result.fail("no such kind"),
  receivedAtMillis: 0
})

/** Attempts at dead letters over a subscription that has given up these messages. */
const attemptOf = (lost: ReadonlyArray<string>) => {
  const published: Array<string> = []
  const acknowledged: Array<string> = []
  const ledger = makeStreamLedger<"refused">(["refused"])
  const attempt = makeBatchAttempt<string, string, "refused", "unreadable">({
    subscription: {
      name: "projects/p/subscriptions/s",
      isHeld: ({ messageId }: Delivery) => !lost.includes(messageId),
      ack: (deliveries) =>
        Effect.sync(() => {
          acknowledged.push(...deliveries.map(({ messageId }) => messageId))
          return { done: deliveries.length, lost: [] }
        })
    },
    ledger,
    handle: () => Effect.succeed([]),
    dispose: (error) => ({ _tag: "DeadLetter", reason: "unreadable", error, storeAnswered: false }),
    deadLetters: {
      publish: (letters: ReadonlyArray<DeadLetter>) =>
        Effect.sync(() => {
          published.push(...letters.map(({ delivery }) => delivery.messageId))
          return letters.map(() => Result.succeed(""))
        })
    },
    deadLetterFate: () => "refused",
    reports: {
      storeAnswered: () => {},
      storeFailed: () => {},
      deadLettersConfirmed: () => {},
      deadLettersFailed: () => {}
    }
  })
  return { attempt, ledger, published, acknowledged }
}

describe("BatchAttempt", () => {
  it.effect(
    "[G3] a dead letter whose delivery was lost while it stood in line is not published: it comes again",
    () =>
      Effect.gen(function* () {
        const lost: Array<string> = []
        const { attempt, ledger, published, acknowledged } = attemptOf(lost)
        const deliveries = ["1", "2", "3"].map(decodedOf)
        const entry = ledger.received(deliveries)
        const onDurable = () => {}
        const batch = { deliveries, entry, mayWait: () => false, isFirstTry: true, onDurable }
        const { deadLetters } = yield* attempt.settle(batch)
        assert.lengthOf(deadLetters, 3)
        lost.push("2")
        assert.deepStrictEqual(yield* attempt.deadLetter(deadLetters, { entry, onDurable }), [])
        entry.close()
        assert.deepStrictEqual(published, ["1", "3"])
        assert.deepStrictEqual(acknowledged, ["1", "3"])
        assert.strictEqual(ledger.totals().released, 1)
        assert.strictEqual(ledger.totals().fates.refused, 2)
      })
  )
})

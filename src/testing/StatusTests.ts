/** Part of the Pub/Sub suite: what the status of a subscription counts, and options it is not opened with. */
import { assert } from "@effect/vitest"
import { Cause, Effect, Exit } from "effect"
import { InvalidOptions } from "../pubsub/SubscriptionOptions.ts"
import { freshChannel, lostAs, never, numbered, publishTexts, read } from "./SubscriptionReader.ts"
import type { SuiteContext } from "./SuiteContext.ts"

/** Registers the tests. */
export const statusTests = ({ it, clock }: SuiteContext): void => {
  it.effect(
    "[G4] a delivery held for `lease.total` is given up: it comes again, and settling it says that its lease is lost",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        yield* publishTexts(topic, ["m-1"])
        const reader = yield* read(clock, subscription, { lease: { total: "10 seconds" } })
        const [first = never()] = yield* reader.awaitReceived(1)
        const [, again = never()] = yield* reader.awaitReceived(2)
        assert.strictEqual(again.messageId, first.messageId)
        const lost = lostAs("lease-lost", [first])
        assert.deepStrictEqual(yield* reader.ack([first, again]), { done: 1, lost })
        const { acked, held, leasesLost, lost: lostCount, received, released } = yield* reader.open.status
        assert.deepStrictEqual([received, held, acked, released, lostCount], [2, 0, 1, 0, 1])
        assert.strictEqual(leasesLost, 1)
      })
  )

  it.effect("the counts of a subscription add up: received = held + acked + released + lost", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, numbered(6))
      const reader = yield* read(clock, subscription)
      const first = [...(yield* reader.awaitReceived(6))]
      yield* reader.ack(first.slice(0, 3))
      yield* reader.open.setAside(first.slice(3, 4))
      yield* reader.release(first.slice(4, 5))
      yield* reader.awaitReceived(7)
      // What was settled already is not counted a second time.
      yield* reader.ack(first.slice(0, 3))
      const { acked, held, lost, received, released } = yield* reader.open.status
      assert.deepStrictEqual([received, held, acked, released, lost], [7, 3, 3, 1, 0])
      yield* reader.ack([...reader.inHand.values()])
    })
  )

  it.effect("options that would break a guarantee are a defect when the subscription is opened", () =>
    Effect.gen(function* () {
      const { subscription } = yield* freshChannel
      const exit = yield* Effect.exit(read(clock, subscription, { lease: { duration: "9 seconds" } }))
      const error = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      assert.instanceOf(error, InvalidOptions)
      assert.include(error.message, subscription)
      assert.include(error.message, "10 to 600 whole seconds")
    })
  )
}

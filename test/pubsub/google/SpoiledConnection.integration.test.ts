/** What becomes of deliveries while the network between the subscriber and Pub/Sub misbehaves. */
import { assert, it } from "@effect/vitest"
import { Duration, Effect, Fiber, type Layer, type Scope } from "effect"
import { caughtUpAfterMillis } from "../../../src/ingest/Limits.ts"
import {
  closeTimeoutSeconds,
  connectionAnswerSeconds,
  connectionProofMillis,
  connectionRenewSeconds
} from "../../../src/pubsub/Limits.ts"
import { numbered, progressOf, textsOf } from "../../../src/testing/SubscriptionReader.ts"
import { realClock } from "../../../src/testing/SuiteClock.ts"
import { describeWith } from "../../support/TestServices.ts"
import { ackUntilAll, blackHole, direct, pass, spoiled, statusesDuring, timed } from "./SpoiledConnection.ts"

describeWith("pubsub")("a spoiled connection to the emulator", { concurrent: true }, () => {
  const test = (
    name: string,
    body: Effect.Effect<void, unknown, Scope.Scope | Layer.Success<typeof direct>>
  ) => it.live(name, () => Effect.scoped(Effect.provide(body, direct)), 120_000)

  test(
    "[G1] cut: it reconnects, nothing is lost, nothing settled twice",
    Effect.gen(function* () {
      const { proxy, reader, isConnected, publish, left } = yield* spoiled
      yield* publish(200)
      yield* reader.awaitReceived(200)
      const before = yield* reader.ack(reader.received.slice(0, 100))
      yield* proxy.set({ _tag: "Cut" })
      const acking = yield* Effect.forkChild(reader.ack(reader.received.slice(100, 150)))
      yield* realClock.eventually(
        "the end of the connection",
        Effect.map(isConnected, (is) => !is)
      )
      yield* publish(100)
      yield* pass(proxy)
      const during = yield* Fiber.join(acking)
      const after = yield* ackUntilAll(reader, 150)
      assert.deepStrictEqual([before.done, during.done, after], [100, 50, 150])
      assert.strictEqual(new Set(reader.received.map(({ messageId }) => messageId)).size, 300)
      assert.strictEqual(yield* left, 0)
    })
  )

  test(
    "[G5] black-holed while nothing is held: never taken for quiet, soon for broken, and read on afterwards",
    Effect.gen(function* () {
      const { proxy, reader, isConnected, publish } = yield* spoiled
      yield* publish(1)
      yield* reader.ack(yield* reader.awaitReceived(1))
      yield* blackHole(proxy)
      yield* publish(10)
      const retryLimits = connectionProofMillis / 1000 + connectionAnswerSeconds + 2
      const statuses = yield* statusesDuring(
        reader,
        realClock.pass(Duration.seconds(connectionRenewSeconds + retryLimits))
      )
      assert.isBelow(Math.max(...statuses.map(({ quietMillis }) => quietMillis)), caughtUpAfterMillis)
      const broken = statuses.filter(({ after }) => after >= retryLimits * 1000)
      assert.isAbove(broken.length, 0)
      for (const { connected, trouble, quietMillis } of broken) {
        assert.deepStrictEqual({ connected, quietMillis }, { connected: false, quietMillis: 0 })
        assert.notStrictEqual(trouble, "")
      }
      assert.isAbove(proxy.connections(), 1, "another connection was tried")
      yield* pass(proxy)
      const recovering = yield* timed(reader.awaitReceived(11))
      assert.isBelow(recovering, 10_000)
      yield* realClock.eventually("a connection", isConnected)
      assert.strictEqual((yield* reader.ack([...reader.inHand.values()])).done, 10)
      yield* realClock.eventually(
        "quiet",
        Effect.map(progressOf(reader), ({ quietMillis }) => quietMillis >= caughtUpAfterMillis)
      )
    })
  )

  test(
    "[G1] black-holed for 10 s while acknowledging: soon taken for broken, and each acknowledgement is answered or lost",
    Effect.gen(function* () {
      const { proxy, reader, isConnected, publish, left } = yield* spoiled
      yield* publish(20)
      yield* reader.awaitReceived(20)
      yield* blackHole(proxy)
      const acking = yield* Effect.forkChild(reader.ack(reader.received.slice(0, 10)))
      const noticed = yield* timed(
        realClock.eventually(
          "the silence",
          Effect.map(isConnected, (is) => !is)
        )
      )
      assert.isBelow(noticed, (connectionAnswerSeconds + 2) * 1000)
      yield* realClock.pass(Duration.seconds(10))
      yield* pass(proxy)
      const { done, lost } = yield* Fiber.join(acking)
      assert.strictEqual(done + lost.length, 10)
      yield* ackUntilAll(reader, 20 - done)
      assert.deepStrictEqual([...new Set(textsOf(reader.received))], numbered(20))
      // Where a lease ran out meanwhile the message comes once more, whatever was answered to its old id.
      assert.isAtMost(yield* left, 20)
    })
  )

  test(
    "[G1] delayed by 500 ms each way: it works, stays connected, and acknowledgements are waited for",
    Effect.gen(function* () {
      const { proxy, reader, publish } = yield* spoiled
      yield* proxy.set({ _tag: "Delay", millis: 500 })
      yield* publish(300)
      const statuses = yield* statusesDuring(
        reader,
        Effect.gen(function* () {
          yield* reader.awaitReceived(300)
          const acking = yield* timed(
            Effect.map(reader.ack(reader.received), ({ done }) => assert.strictEqual(done, 300))
          )
          assert.isAtLeast(acking, 1_000)
          yield* realClock.eventually(
            "quiet",
            Effect.map(progressOf(reader), ({ quietMillis }) => quietMillis >= caughtUpAfterMillis)
          )
        })
      )
      assert.isTrue(statuses.every(({ connected }) => connected))
      assert.strictEqual(reader.received.length, 300)
    })
  )

  test(
    "[G1] answers to acknowledgements lost for a moment: they are asked for again, and each message is done once",
    Effect.gen(function* () {
      const { proxy, reader, publish, left } = yield* spoiled
      yield* publish(10)
      yield* reader.awaitReceived(10)
      yield* proxy.set({ _tag: "DropAnswers" })
      const acking = yield* Effect.forkChild(reader.ack(reader.received))
      yield* realClock.pass(Duration.seconds(3))
      yield* pass(proxy)
      assert.deepStrictEqual(yield* Fiber.join(acking), { done: 10, lost: [] })
      assert.strictEqual(yield* left, 0)
    })
  )

  test(
    "[G8] answers to acknowledgements lost until the end: closing reports them lost, though their effects stand",
    Effect.gen(function* () {
      const { proxy, reader, publish, close, left } = yield* spoiled
      yield* publish(10)
      yield* reader.awaitReceived(10)
      yield* proxy.set({ _tag: "DropAnswers" })
      const acking = yield* Effect.forkChild(reader.ack(reader.received))
      yield* realClock.pass(Duration.seconds(1))
      yield* close
      const { done, lost } = yield* Fiber.join(acking)
      assert.deepStrictEqual({ done, lost: lost.length }, { done: 0, lost: 10 })
      yield* pass(proxy)
      assert.strictEqual(yield* left, 0)
    })
  )

  test(
    "[G8] black-holed, with deliveries in hand and acknowledgements under way: closing ends within its patience",
    Effect.gen(function* () {
      const { proxy, reader, publish, close } = yield* spoiled
      yield* publish(20)
      yield* reader.awaitReceived(20)
      yield* blackHole(proxy)
      const acking = yield* Effect.forkChild(reader.ack(reader.received.slice(0, 10)))
      yield* realClock.pass(Duration.seconds(connectionAnswerSeconds + 1))
      const closing = yield* timed(close)
      assert.isBelow(closing, closeTimeoutSeconds * 1000 + 1_000)
      assert.strictEqual((yield* Fiber.join(acking)).lost.length, 10)
    })
  )
})

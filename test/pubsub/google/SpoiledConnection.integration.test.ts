/** What becomes of deliveries while the network between the subscriber and Pub/Sub misbehaves. */
import { assert, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { caughtUpAfterMillis } from "../../../src/ingest/Limits.ts"
import { GoogleAdmin } from "../../../src/pubsub/google/GoogleAdmin.ts"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GooglePublisher } from "../../../src/pubsub/google/GooglePublisher.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import {
  closeTimeoutSeconds,
  connectionAnswerSeconds,
  connectionProofMillis,
  connectionRenewSeconds,
  leaseSeconds
} from "../../../src/pubsub/Limits.ts"
import type { DeliveryProgress, SubscriptionStatus } from "../../../src/pubsub/Subscriber.ts"
import {
  freshChannel,
  numbered,
  progressOf,
  publishTexts,
  type Reader,
  read,
  textsOf
} from "../../../src/testing/SubscriptionReader.ts"
import { realClock } from "../../../src/testing/SuiteClock.ts"
import { type TcpProxy, tcpProxy } from "../../faults/TcpProxy.ts"
import { describeWith, emulatorHost } from "../../support/TestServices.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

const direct = Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
  Layer.provide(GoogleClient.layer(settingsFor(emulatorHost ?? "")))
)

/** A subscription read through a proxy; what else is asked of Pub/Sub goes around it. The reader ends with `scope`. */
const spoiled = Effect.gen(function* () {
  const { topic, subscription } = yield* freshChannel
  const proxy = yield* tcpProxy(emulatorHost ?? "")
  const scope = yield* Scope.fork(yield* Effect.scope)
  const through = yield* Layer.build(
    // Fresh: the one that goes around the proxy is another.
    Layer.fresh(GoogleSubscriber.layer).pipe(Layer.provide(GoogleClient.layer(settingsFor(proxy.address))))
  ).pipe(Scope.provide(scope))
  const reader = yield* read(realClock, subscription).pipe(Effect.provide(through), Scope.provide(scope))
  const isConnected = Effect.map(reader.open.status, ({ connected }) => connected)
  yield* realClock.eventually("a connection", isConnected)
  return {
    proxy,
    reader,
    isConnected,
    publish: (count: number) => publishTexts(topic, numbered(count)),
    close: Scope.close(scope, Exit.void),
    /** Whatever was neither acknowledged nor comes back within a lease. */
    left: Effect.scoped(
      Effect.gen(function* () {
        const rest = yield* read(realClock, subscription)
        yield* realClock.pass(Duration.seconds(leaseSeconds + 2))
        return rest.received.length
      })
    )
  }
})

/** Acknowledges all that is and comes in hand until every message was; answers how many were confirmed. */
const ackUntilAll = (reader: Reader, count: number) =>
  Effect.gen(function* () {
    let done = 0
    const acknowledged = new Set<string>()
    yield* realClock.eventually(
      `${count} messages acknowledged`,
      Effect.gen(function* () {
        const hand = [...reader.inHand.values()]
        const settled = yield* reader.ack(hand)
        done += settled.done
        const lost = new Set(settled.lost.map(({ delivery }) => delivery))
        for (const delivery of hand) if (!lost.has(delivery)) acknowledged.add(delivery.messageId)
        return acknowledged.size >= count
      })
    )
    return done
  })

/** Everything that status and progress said while an effect ran, and how long after its begin. **Units**: milliseconds. */
const statusesDuring = <A>(reader: Reader, effect: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const statuses: Array<SubscriptionStatus & DeliveryProgress & { readonly after: number }> = []
    const began = yield* Clock.currentTimeMillis
    const watching = yield* Effect.all([
      reader.open.status,
      progressOf(reader),
      Clock.currentTimeMillis
    ]).pipe(
      Effect.tap(([status, progress, now]) =>
        Effect.sync(() => statuses.push({ ...status, ...progress, after: now - began }))
      ),
      Effect.andThen(Effect.sleep(50)),
      Effect.forever,
      Effect.forkChild
    )
    yield* effect
    yield* Fiber.interrupt(watching)
    return statuses
  })

const blackHole = (proxy: TcpProxy) => proxy.set({ _tag: "BlackHole" })
const pass = (proxy: TcpProxy) => proxy.set({ _tag: "Pass" })
const timed = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    yield* effect
    return (yield* Clock.currentTimeMillis) - began
  })

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

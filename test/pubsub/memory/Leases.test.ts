import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { leaseExtendSeconds, leaseSeconds, leaseTotalMinutes } from "../../../src/pubsub/Limits.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemorySubscriber } from "../../../src/pubsub/memory/MemorySubscriber.ts"
import {
  freshChannel,
  lostAs,
  numbered,
  progressOf,
  publishTexts,
  read,
  reading,
  textsOf
} from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

const millisSince = (start: number) => Effect.map(Clock.currentTimeMillis, (now) => now - start)

describe("leases of the embedded Pub/Sub", () => {
  it.effect("[G1] what a crashed process held comes again within one lease, and its own acks are lost", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, numbered(3))
      const dead = yield* read(clock, subscription)
      const held = [...(yield* dead.awaitReceived(3))]
      yield* clock.pass(Duration.seconds(3 * leaseSeconds))
      const crashedAt = yield* Clock.currentTimeMillis
      yield* broker.crash()
      const heir = yield* read(clock, subscription)
      assert.deepStrictEqual(textsOf(yield* heir.awaitReceived(3)), numbered(3))
      const waited = yield* millisSince(crashedAt)
      assert.isAtLeast(waited, (leaseSeconds - leaseExtendSeconds) * 1_000)
      assert.isAtMost(waited, leaseSeconds * 1_000)
      assert.deepStrictEqual(yield* dead.ack(held), { done: 0, lost: lostAs("lease-lost", held) })
      assert.isFalse(held.some(dead.open.isHeld))
      assert.deepStrictEqual(
        heir.received.map(({ deliveryAttempt }) => deliveryAttempt),
        [2, 2, 2]
      )
      assert.deepStrictEqual(yield* heir.ack(heir.received), { done: 3, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("of two processes only the named one crashes", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      const other = yield* Layer.build(
        MemorySubscriber.layerOf("process-2").pipe(Layer.provide(Layer.succeed(MemoryBroker, broker)))
      )
      const first = yield* read(clock, subscription, { messages: 1 })
      const second = yield* Effect.provide(read(clock, subscription, { messages: 2 }), other)
      yield* publishTexts(topic, numbered(3))
      yield* first.awaitReceived(1)
      yield* second.awaitReceived(2)
      yield* broker.crash("process-2")
      yield* first.open.setAside(first.received)
      yield* first.awaitReceived(2)
      yield* first.ack(first.received)
      yield* first.awaitReceived(3)
      assert.deepStrictEqual(textsOf(first.received), numbered(3))
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G4] a delivery is held for an hour, then given up, counted, and delivered again", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const [first] = [...(yield* reader.awaitReceived(1))]
      assert.isDefined(first)
      yield* clock.pass(Duration.minutes(leaseTotalMinutes - 1))
      assert.isTrue(reader.open.isHeld(first))
      assert.strictEqual(reader.received.length, 1)
      yield* clock.pass(Duration.minutes(2))
      assert.isFalse(reader.open.isHeld(first))
      assert.strictEqual(reader.received.length, 2)
      assert.strictEqual((yield* reader.open.status).leasesLost, 1)
      assert.deepStrictEqual(yield* reader.ack([first]), { done: 0, lost: lostAs("lease-lost", [first]) })
      assert.deepStrictEqual(yield* reader.ack(reader.received.slice(1)), { done: 1, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G4] an outage shorter than a lease loses none: acks wait for its end", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, numbered(2))
      const reader = yield* read(clock, subscription)
      const [first, second] = [...(yield* reader.awaitReceived(2))]
      assert.isDefined(first)
      assert.isDefined(second)
      yield* broker.makeUnavailable(Duration.seconds(4))
      const ack = yield* Effect.forkScoped(reader.ack([first]))
      yield* clock.pass(Duration.seconds(3))
      assert.isUndefined(ack.pollUnsafe())
      const during = yield* reader.open.status
      assert.isFalse(during.connected)
      assert.match(during.trouble, /does not answer/)
      assert.strictEqual((yield* progressOf(reader)).quietMillis, 0)
      yield* clock.pass(Duration.seconds(1))
      assert.deepStrictEqual(yield* Fiber.join(ack), { done: 1, lost: [] })
      yield* clock.pass(Duration.seconds(2 * leaseSeconds))
      assert.strictEqual(reader.received.length, 2)
      assert.isTrue((yield* reader.open.status).connected)
      assert.deepStrictEqual(yield* reader.ack([second]), { done: 1, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G1] an outage longer than a lease loses it: the ack is told, the message comes again", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, numbered(2))
      const reader = yield* read(clock, subscription)
      const [first, second] = [...(yield* reader.awaitReceived(2))]
      assert.isDefined(first)
      assert.isDefined(second)
      yield* broker.makeUnavailable(Duration.infinity)
      const ack = yield* Effect.forkScoped(reader.ack([first]))
      yield* clock.pass(Duration.seconds(2 * leaseSeconds))
      assert.deepStrictEqual(yield* Fiber.join(ack), { done: 0, lost: lostAs("unanswered", [first]) })
      assert.isFalse(reader.open.isHeld(second))
      assert.strictEqual((yield* reader.open.status).held, 0)
      const healedAt = yield* Clock.currentTimeMillis
      yield* broker.heal
      assert.deepStrictEqual(textsOf((yield* reader.awaitReceived(4)).slice(2)), numbered(2))
      assert.isBelow(yield* millisSince(healedAt), 100)
      assert.deepStrictEqual(yield* reader.ack(reader.received.slice(2)), { done: 2, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect(
    "[G1] an ack that arrives after the lease's end settles nothing, though nobody has taken the message since",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        const broker = yield* MemoryBroker
        const reader = yield* read(clock, subscription)
        yield* clock.pass(Duration.seconds(6))
        yield* publishTexts(topic, ["m-1"])
        const received = [...(yield* reader.awaitReceived(1))]
        // Nobody takes anything any more: the server has only the clock to know by.
        yield* reader.open.stop
        // Leases are extended every 5 s: this one ends between two rounds, and the outage a little later.
        yield* broker.makeUnavailable(Duration.millis(leaseSeconds * 1_000 + 500))
        yield* clock.pass(Duration.millis(leaseSeconds * 1_000 + 100))
        assert.isTrue(received.every(reader.open.isHeld))
        const ack = yield* Effect.forkScoped(reader.ack(received))
        yield* clock.pass(Duration.seconds(1))
        assert.deepStrictEqual(yield* Fiber.join(ack), { done: 0, lost: lostAs("lease-lost", received) })
        assert.strictEqual((yield* reader.open.status).leasesLost, 1)
        const { ready, leased } = yield* broker.backlog(subscription)
        assert.deepStrictEqual({ ready, leased }, { ready: 1, leased: 0 })
      }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect(
    "[G1] of an ack and a release that wait out the same outage one settles, and the other is told",
    () =>
      Effect.gen(function* () {
        const { topic, subscription } = yield* freshChannel
        const broker = yield* MemoryBroker
        yield* publishTexts(topic, numbered(3))
        const reader = yield* read(clock, subscription)
        const received = [...(yield* reader.awaitReceived(3))]
        yield* broker.makeUnavailable(Duration.seconds(2))
        const ack = yield* Effect.forkScoped(reader.ack(received))
        const release = yield* Effect.forkScoped(reader.release(received))
        yield* clock.pass(Duration.seconds(2))
        assert.deepStrictEqual(yield* Fiber.join(ack), { done: 3, lost: [] })
        assert.deepStrictEqual(yield* Fiber.join(release), {
          done: 0,
          lost: lostAs("already-settled", received)
        })
        assert.strictEqual((yield* reader.open.status).leasesLost, 0)
      }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G1] an ack that is interrupted while it waits leaves its delivery held", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, ["m-1"])
      const reader = yield* read(clock, subscription)
      const received = yield* reader.awaitReceived(1)
      yield* broker.makeUnavailable(Duration.seconds(4))
      const ack = yield* Effect.forkScoped(reader.ack(received))
      yield* clock.pass(Duration.seconds(1))
      yield* Fiber.interrupt(ack)
      assert.isTrue(received.every(reader.open.isHeld))
      yield* broker.heal
      assert.deepStrictEqual(yield* reader.ack(received), { done: 1, lost: [] })
    }).pipe(Effect.provide(embeddedPorts()))
  )

  it.effect("[G8] a scope that closes during an outage leaves its deliveries to their leases", () =>
    Effect.gen(function* () {
      const { topic, subscription } = yield* freshChannel
      const broker = yield* MemoryBroker
      yield* publishTexts(topic, numbered(3))
      const scope = yield* Scope.make()
      const reader = yield* Scope.provide(read(clock, subscription), scope)
      yield* reader.awaitReceived(3)
      yield* broker.makeUnavailable(Duration.seconds(1))
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual((yield* broker.backlog(subscription)).leased, 3)
      const closedAt = yield* Clock.currentTimeMillis
      yield* reading(clock, subscription, (heir) => heir.awaitReceived(3))
      assert.isAbove(yield* millisSince(closedAt), 1_000)
      assert.isAtMost(yield* millisSince(closedAt), leaseSeconds * 1_000)
    }).pipe(Effect.provide(embeddedPorts()))
  )
})

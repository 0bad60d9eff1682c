import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schema, Scope } from "effect"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import type { Settled } from "../../../src/pubsub/Settled.ts"
import {
  type Channel,
  freshChannel,
  lostAs,
  publishTexts,
  type Reader,
  read
} from "../../../src/testing/SubscriptionReader.ts"
import { testClock as clock } from "../../../src/testing/SuiteClock.ts"
import type { PubSubPorts } from "../../../src/testing/SuiteContext.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

const Step = Schema.Struct({
  does: Schema.Literals([
    "publish",
    "ack",
    "ack and interrupt",
    "release",
    "release for later",
    "settle what is settled",
    "set aside",
    "hold ids",
    "ack ids",
    "release ids",
    "let time pass",
    "break off",
    "crash",
    "close",
    "lose requests",
    "lose nothing"
  ]),
  howMany: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 }))
})

/** What a run knows for sure of what it did. */
class Ledger {
  readonly published = new Set<string>()
  readonly done = new Map<string, number>()
  /** Messages of which an ack was at least tried. */
  readonly tried = new Set<string>()
  /** Messages of which an ack was confirmed, and how many deliveries each had had by then. */
  readonly acknowledged = new Map<string, number>()
  readonly violations: Array<string> = []

  confirm(deliveries: ReadonlyArray<Delivery>, { done, lost }: Settled): ReadonlyArray<Delivery> {
    const notSettled = new Set(lost.map(({ delivery }) => delivery))
    const settled = deliveries.filter((delivery) => !notSettled.has(delivery))
    if (settled.length !== done) this.violations.push(`${done} done, but ${settled.length} not lost`)
    for (const { ackId } of settled) {
      const times = (this.done.get(ackId) ?? 0) + 1
      this.done.set(ackId, times)
      if (times > 1) this.violations.push(`${ackId} settled ${times} times`)
    }
    return settled
  }
}

/** One process after another reading the same subscription. */
const run = (channel: Channel, steps: ReadonlyArray<typeof Step.Type>) =>
  Effect.gen(function* () {
    const broker = yield* MemoryBroker
    const ledger = new Ledger()
    const everyReader: Array<Reader> = []
    const start = Effect.gen(function* () {
      const scope = yield* Scope.make()
      const reader = yield* Scope.provide(
        read(clock, channel.subscription, { messages: 12, heldIds: { max: 12 } }),
        scope
      )
      everyReader.push(reader)
      /** What was ever held by id. */
      const held = new Map<string, Delivery>()
      return { reader, held, close: Scope.close(scope, Exit.void) }
    })
    const deliveriesOf = (messageId: string) =>
      everyReader.flatMap(({ received }) => received).filter((delivery) => delivery.messageId === messageId)
        .length
    let process = yield* start

    const ack = (deliveries: ReadonlyArray<Delivery>) => {
      for (const { messageId } of deliveries) ledger.tried.add(messageId)
      return Effect.tap(process.reader.ack(deliveries), (settled) =>
        Effect.sync(() => {
          for (const { messageId } of ledger.confirm(deliveries, settled)) {
            ledger.acknowledged.set(messageId, deliveriesOf(messageId))
          }
        })
      )
    }
    const ackIds = ({ held, reader }: typeof process, howMany: number) => {
      const chosen = [...held.values()].slice(0, howMany)
      for (const { messageId } of chosen) ledger.tried.add(messageId)
      return Effect.map(reader.open.heldIds.ack(chosen.map(({ ackId }) => ackId)), ({ done, lost }) => {
        const notSettled = new Set(lost.map(({ ackId }) => ackId))
        const settled = {
          done,
          lost: lostAs(
            "unanswered",
            chosen.filter(({ ackId }) => notSettled.has(ackId))
          )
        }
        for (const { messageId } of ledger.confirm(chosen, settled)) {
          ledger.acknowledged.set(messageId, deliveriesOf(messageId))
        }
      })
    }
    /** Of every process, dead or alive: the counts add up. */
    const balance = Effect.forEach(everyReader, ({ open }) =>
      Effect.map(open.status, ({ acked, held, lost, received, released }) => {
        if (received !== held + acked + released + lost) {
          ledger.violations.push(`${received} ≠ ${held} + ${acked} + ${released} + ${lost}`)
        }
      })
    )
    const release = (deliveries: ReadonlyArray<Delivery>, delay: Duration.Duration) =>
      Effect.tap(process.reader.release(deliveries, delay), (settled) =>
        Effect.sync(() => ledger.confirm(deliveries, settled))
      )

    const take: Record<
      (typeof Step.Type)["does"],
      (howMany: number) => Effect.Effect<unknown, never, Services>
    > = {
      publish: (howMany) =>
        Effect.gen(function* () {
          // A publisher of its own, whose patience an outage here must not exhaust.
          yield* broker.heal
          const texts = Array.from({ length: howMany }, (_, i) => `m-${i}`)
          for (const id of yield* publishTexts(channel.topic, texts)) ledger.published.add(id)
        }),
      ack: (howMany) => Effect.forkScoped(ack(inHand(process.reader, howMany))),
      "ack and interrupt": (howMany) =>
        Effect.forkScoped(ack(inHand(process.reader, howMany)), { startImmediately: true }).pipe(
          Effect.flatMap(Fiber.interrupt)
        ),
      release: (howMany) => Effect.forkScoped(release(inHand(process.reader, howMany), Duration.zero)),
      "release for later": (howMany) =>
        Effect.forkScoped(release(inHand(process.reader, howMany), Duration.seconds(howMany * 5))),
      "settle what is settled": (howMany) => {
        const some = process.reader.received.slice(0, howMany)
        return Effect.forkScoped(Effect.andThen(release(some, Duration.zero), ack(some)))
      },
      "set aside": (howMany) => process.reader.open.setAside(inHand(process.reader, howMany)),
      "hold ids": (howMany) =>
        Effect.gen(function* () {
          const { reader } = process
          const chosen = inHand(reader, howMany)
          const ids = new Set(yield* Effect.orElseSucceed(reader.open.heldIds.hold(chosen), () => []))
          for (const delivery of chosen) {
            if (!ids.has(delivery.ackId)) continue
            process.held.set(delivery.ackId, delivery)
            reader.letGo(delivery)
          }
        }),
      "ack ids": (howMany) => Effect.forkScoped(ackIds(process, howMany)),
      "release ids": (howMany) =>
        Effect.forkScoped(
          process.reader.open.heldIds.release([...process.held.keys()].slice(0, howMany), Duration.seconds(3))
        ),
      "let time pass": (howMany) => clock.pass(Duration.seconds(howMany)),
      "break off": (howMany) => broker.makeUnavailable(Duration.seconds(howMany * 2)),
      crash: () =>
        Effect.gen(function* () {
          yield* broker.crash()
          yield* process.close
          process = yield* start
        }),
      close: () =>
        Effect.gen(function* () {
          yield* process.close
          process = yield* start
        }),
      "lose requests": () =>
        broker.setFaults({ settleRequestsLost: 0.5, settleAnswersLost: 0.5, duplicates: 0.3 }),
      "lose nothing": () => broker.heal
    }
    yield* take.publish(30)
    for (const { does, howMany } of steps) {
      yield* Effect.andThen(take[does](howMany), clock.pass(1))
      yield* balance
    }

    yield* broker.heal
    yield* clock.pass(Duration.minutes(1))
    yield* process.close
    yield* balance
    const left = new Set(
      (yield* broker.backlog(channel.subscription)).unacknowledged.map(({ messageId }) => messageId)
    )
    const heir = yield* read(clock, channel.subscription)
    yield* clock.pass(Duration.minutes(1))
    return { ledger, left, heir, deliveriesOf }
  })

type Services = PubSubPorts | Scope.Scope

const inHand = (reader: Reader, howMany: number) => Array.from(reader.inHand.values()).slice(0, howMany)

describe("any interleaving on the embedded Pub/Sub", () => {
  it.effect.prop(
    "[G1] [G7] every delivery is settled at most once, every message ends acknowledged or is delivered again, and the counts add up",
    [Schema.Array(Step).check(Schema.isMinLength(20), Schema.isMaxLength(60)), Schema.Int],
    ([steps, seed]) =>
      Effect.gen(function* () {
        const channel = yield* freshChannel
        const { ledger, left, heir, deliveriesOf } = yield* run(channel, steps)
        assert.deepStrictEqual(ledger.violations, [])
        // Nothing acknowledged comes again.
        for (const [messageId, count] of ledger.acknowledged) {
          assert.isFalse(left.has(messageId))
          assert.strictEqual(deliveriesOf(messageId), count)
        }
        // Nothing is dropped: whatever is not left was acknowledged by us.
        for (const messageId of ledger.published) {
          assert.isTrue(left.has(messageId) || ledger.tried.has(messageId), `${messageId} dropped`)
        }
        // Whatever is left is delivered, and can be acknowledged.
        assert.deepStrictEqual(new Set(heir.received.map(({ messageId }) => messageId)), left)
        assert.deepStrictEqual(yield* heir.ack(heir.received), { done: heir.received.length, lost: [] })
        const { ready, leased, delayed } = yield* (yield* MemoryBroker).backlog(channel.subscription)
        assert.deepStrictEqual({ ready, leased, delayed }, { ready: 0, leased: 0, delayed: 0 })
      }).pipe(Effect.provide(embeddedPorts({ seed }), { local: true }), Effect.scoped),
    { arbitrary: { runs: 100 } }
  )
})

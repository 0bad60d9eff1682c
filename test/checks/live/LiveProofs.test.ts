import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Result, Stream } from "effect"
import { embedded } from "../../../src/App.ts"
import { prove } from "../../../src/checks/live/LiveProofs.ts"
import type { LiveProofs, Proof } from "../../../src/checks/live/LiveReading.ts"
import { channelsNamed } from "../../../src/checks/live/ScratchNames.ts"
import { FactStore } from "../../../src/facts/FactStore.ts"
import type { Delivery } from "../../../src/pubsub/Message.ts"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { PubSubAdmin } from "../../../src/pubsub/PubSubAdmin.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { telemetryOff } from "../../../src/telemetry/TelemetrySettings.ts"
import { eventually } from "../../../src/testing/VirtualTime.ts"
import { processing } from "../../support/World.ts"

const channels = channelsNamed("proof")

/** Everything that the stream code needs, embedded, with the topics. */
const parts = Layer.effectDiscard(
  Effect.gen(function* () {
    const admin = yield* PubSubAdmin
    for (const { subscription, topic } of Object.values(channels)) {
      yield* admin.createTopic(topic)
      yield* admin.createSubscription({
        ...{ topic, subscription },
        ...{ ackDeadline: Duration.seconds(60), retention: Duration.minutes(20) }
      })
    }
  })
).pipe(
  Layer.provideMerge(
    embedded(
      {
        dlqTopic: channels.deadLetters.topic,
        file: ":memory:",
        http: { host: "127.0.0.1", port: 0, portAsked: false },
        telemetry: telemetryOff
      },
      "test"
    )
  )
)

interface Changes {
  readonly grace?: Duration.Input
  /** What goes wrong from the beginning. */
  readonly facts?: (facts: FactStore["Service"]) => Partial<FactStore["Service"]>
  readonly subscriber?: (subscriber: Subscriber["Service"]) => Subscriber["Service"]
  readonly before?: Effect.Effect<void, never, MemoryBroker>
}

/** What is proved of the embedded parts with these changes, under a test clock. */
const proved = ({ before = Effect.void, facts, grace = "30 seconds", subscriber }: Changes = {}) =>
  Effect.gen(function* () {
    yield* before
    const store = yield* FactStore
    const own = yield* Subscriber
    const fiber = yield* prove({
      channels,
      processing: { ...processing, paymentGrace: Duration.fromInputUnsafe(grace) },
      run: "00c0ffee",
      firstOrderId: 4_503_599_627_370_496
    }).pipe(
      Effect.provideService(FactStore, { ...store, ...facts?.(store) }),
      Effect.provideService(Subscriber, subscriber?.(own) ?? own),
      Effect.forkScoped
    )
    yield* eventually(
      "the end of the proof",
      Effect.sync(() => fiber.pollUnsafe() !== undefined)
    )
    return yield* Fiber.join(fiber)
  }).pipe(Effect.scoped, Effect.provide(parts))

/** Delivers of a subscription something else than the server has sent. */
const delivering =
  (name: string, changed: (batch: ReadonlyArray<Delivery>) => ReadonlyArray<Delivery>) =>
  ({ open }: Subscriber["Service"]): Subscriber["Service"] => ({
    open: (options) =>
      Effect.map(open(options), (subscription) =>
        options.subscription === name
          ? { ...subscription, deliveries: Stream.map(subscription.deliveries, changed) }
          : subscription
      )
  })

/** What was not shown, and why. */
const notShown = (proofs: LiveProofs) =>
  Object.fromEntries(
    Object.entries<Proof<unknown>>({ ...proofs }).flatMap(([name, proof]) =>
      Result.isFailure(proof) ? [[name, `${proof.failure.why}: ${proof.failure.detail}`]] : []
    )
  )

describe("a proof on the embedded parts", () => {
  it.effect("[G1] [G2] [G3] [G5] shows everything, with the stream code of `run`", () =>
    Effect.gen(function* () {
      const proofs = yield* proved()
      assert.deepStrictEqual(notShown(proofs), {})
      const rows = Result.getOrThrow(proofs.rows)
      assert.deepInclude(rows, { orders: 100, payments: 100 })
      assert.isAtMost(rows.p50Millis, rows.p99Millis)
      const lost = Result.getOrThrow(proofs.lostLease)
      assert.strictEqual(lost.deliveries, 1)
      assert.isAtLeast(lost.afterMillis, 5_000)
      assert.strictEqual(Result.getOrThrow(proofs.replay).deliveries, 2)
    })
  )

  it.effect("[G2] finds a table in which an order takes the payment of its row away", () =>
    Effect.gen(function* () {
      const proofs = yield* proved({
        facts: ({ get, storeOrders }) => {
          const times = new Map<bigint, number>()
          return {
            storeOrders: (writes) => {
              for (const { order } of writes) times.set(order.order_id, (times.get(order.order_id) ?? 0) + 1)
              return storeOrders(writes)
            },
            get: (orderId) =>
              Effect.map(get(orderId), (row) =>
                (times.get(orderId) ?? 0) < 2 || row._tag === "None"
                  ? row
                  : { ...row, value: { ...row.value, payment_id: null } }
              )
          }
        }
      })
      assert.match(notShown(proofs)["replay"] ?? "", /^failed: of order \d+ the row differs in payment_id$/)
      assert.isUndefined(notShown(proofs)["rows"])
    })
  )

  it.effect("[G2] finds a table that keeps another version when a message comes again", () =>
    Effect.gen(function* () {
      const proofs = yield* proved({
        facts: ({ storeOrders }) => {
          let later = 0n
          return {
            storeOrders: (writes) =>
              storeOrders(writes.map((write) => ({ ...write, version: write.version + later++ })))
          }
        }
      })
      assert.match(notShown(proofs)["lostLease"] ?? "", /^failed: .* at another version the second time$/)
    })
  )

  it.effect(
    "[G3] finds dead letters that have other bytes, or other attributes, than what was published",
    () =>
      Effect.gen(function* () {
        const changed = (change: (delivery: Delivery) => Partial<Delivery>) =>
          proved({
            subscriber: delivering(channels.deadLetters.subscription, (batch) =>
              batch.map((delivery) => ({ ...delivery, ...change(delivery) }))
            )
          })
        const cut = yield* changed(({ data }) => ({ data: data.subarray(1) }))
        assert.match(notShown(cut)["deadLetter"] ?? "", /^failed: .* has other bytes: 256, and 257 were/)
        const renamed = yield* changed(({ attributes }) => ({
          attributes: { ...attributes, "live-text": "x" }
        }))
        assert.match(notShown(renamed)["deadLetter"] ?? "", /^failed: .* has other attributes: live-text$/)
      })
  )

  it.effect("[G1] says that a message whose lease was lost has not come again in time, and ends", () =>
    Effect.gen(function* () {
      const first = new Set<string>()
      const proofs = yield* proved({
        subscriber: delivering(channels.orders.subscription, (batch) =>
          batch.filter(({ messageId }) => {
            const isFirst = first.size === 0
            if (isFirst) first.add(messageId)
            return isFirst || !first.has(messageId)
          })
        )
      })
      assert.deepStrictEqual(notShown(proofs), {
        lostLease: "late: did not see a message again whose lease was lost within 22 s"
      })
    })
  )

  it.effect("says why, once, where the stream code ends: its subscription is refused", () =>
    Effect.gen(function* () {
      const proofs = yield* proved({
        before: Effect.flatMap(MemoryBroker, (broker) => broker.detach(channels.payments.subscription))
      })
      assert.match(notShown(proofs)["rows"] ?? "", /^failed: the stream code ended: pull .*detached$/)
      assert.match(notShown(proofs)["deadLetter"] ?? "", /^untried: /)
    })
  )

  it.effect("leaves out that a payment waits, where PAYMENT_GRACE is 0", () =>
    Effect.gen(function* () {
      const proofs = yield* proved({ grace: 0 })
      assert.deepStrictEqual(notShown(proofs), {
        earlyPayment: "untried: PAYMENT_GRACE is 0, so payments do not wait here"
      })
    })
  )
})

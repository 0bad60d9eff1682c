/** Ports through which the stream code is watched: what it receives, and what it has stored. */
import { Clock, Effect, Result, Stream } from "effect"
import { type Answers, FactStore } from "../../facts/FactStore.ts"
import { Subscriber } from "../../pubsub/Subscriber.ts"
import { monotonicMillis } from "../../time/MonotonicClock.ts"

/** What was seen so far. **Units**: ms of a monotonic clock. */
export interface Seen {
  /** When a message was delivered, each time. */
  readonly deliveries: (messageId: string) => ReadonlyArray<number>
  /** When a write of an order's columns was confirmed, each time. */
  readonly ordersStored: (orderId: bigint) => ReadonlyArray<number>
  /** The same of a payment's. */
  readonly paymentsStored: (orderId: bigint) => ReadonlyArray<number>
}

/** The ports of this context, watched. */
export const watchedPorts = Effect.gen(function* () {
  const clock = yield* Clock.Clock
  const subscriber = yield* Subscriber
  const facts = yield* FactStore
  const now = () => monotonicMillis(clock)
  const delivered = new Times<string>()
  const orders = new Times<bigint>()
  const payments = new Times<bigint>()
  const noteStored = (times: Times<bigint>, ids: ReadonlyArray<bigint>) => (answers: Answers<void>) =>
    Effect.sync(() => {
      for (const [index, answer] of answers.entries()) {
        const id = ids[index]
        if (id !== undefined && Result.isSuccess(answer)) times.note(id, now())
      }
    })
  const seen: Seen = {
    deliveries: (messageId) => delivered.of(messageId),
    ordersStored: (orderId) => orders.of(orderId),
    paymentsStored: (orderId) => payments.of(orderId)
  }
  return {
    seen,
    subscriber: Subscriber.of({
      open: (options) =>
        Effect.map(subscriber.open(options), (subscription) => ({
          ...subscription,
          deliveries: Stream.tap(subscription.deliveries, (batch) =>
            Effect.sync(() => {
              for (const { messageId } of batch) delivered.note(messageId, now())
            })
          )
        }))
    }),
    facts: FactStore.of({
      ...facts,
      storeOrders: (writes) =>
        Effect.tap(
          facts.storeOrders(writes),
          noteStored(
            orders,
            writes.map(({ order }) => order.order_id)
          )
        ),
      storePayments: (writes) =>
        Effect.tap(
          facts.storePayments(writes),
          noteStored(
            payments,
            writes.map(({ payment }) => payment.order_id)
          )
        )
    })
  }
})

/** Times of something, by what it is of. Bounded by the messages of one proof. */
class Times<Key> {
  readonly #times = new Map<Key, Array<number>>()

  note(key: Key, millis: number): void {
    const times = this.#times.get(key)
    if (times === undefined) this.#times.set(key, [millis])
    else times.push(millis)
  }

  of(key: Key): ReadonlyArray<number> {
    return this.#times.get(key) ?? []
  }
}

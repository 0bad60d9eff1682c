/** Counts from outside, at its subscription, the deliveries that a pipeline has to account for (G7). */
import { Effect, Stream } from "effect"
import type { Delivery } from "../../src/pubsub/Message.ts"
import type { Subscription } from "../../src/pubsub/Subscriber.ts"

/** A subscription that is watched. */
export interface Custody {
  readonly subscription: Subscription
  /**
   * What the subscription says it holds, but those that are being released; and those whose lease it has given up while
   * the pipeline has not asked for them since.
   */
  readonly accountable: Effect.Effect<number>
}

/** Watches a subscription. */
export const custodyOf = (inner: Subscription): Custody => {
  const handedOver = new Set<Delivery>()
  const releasing = new Set<Delivery>()
  const forget = (deliveries: ReadonlyArray<Delivery>) => {
    for (const delivery of deliveries) handedOver.delete(delivery)
  }
  return {
    subscription: {
      ...inner,
      deliveries: Stream.tap(inner.deliveries, (deliveries) =>
        Effect.sync(() => {
          for (const delivery of deliveries) handedOver.add(delivery)
        })
      ),
      isHeld: (delivery) => {
        const isHeld = inner.isHeld(delivery)
        if (!isHeld) forget([delivery])
        return isHeld
      },
      ack: (deliveries) => Effect.tap(inner.ack(deliveries), () => Effect.sync(() => forget(deliveries))),
      release: (deliveries, delay) =>
        Effect.suspend(() => {
          forget(deliveries)
          for (const delivery of deliveries) releasing.add(delivery)
          return inner.release(deliveries, delay)
        }).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              for (const delivery of deliveries) releasing.delete(delivery)
            })
          )
        )
    },
    accountable: Effect.map(inner.status, ({ held }) => {
      const unnoticed = [...handedOver].filter((delivery) => !inner.isHeld(delivery)).length
      return held + unnoticed - [...releasing].filter(inner.isHeld).length
    })
  }
}

/** Counts from outside, at its subscription, the deliveries that a pipeline has to account for (G7). */
import { Clock, Effect, Stream } from "effect"
import type { Delivery } from "../../src/pubsub/Message.ts"
import type { Subscription } from "../../src/pubsub/Subscriber.ts"
import { DeliveryLog } from "./DeliveryLog.ts"

/** A subscription that is watched. */
export interface Custody {
  readonly subscription: Subscription
  /**
   * What the subscription says it holds, but those that are being released; and those whose lease it has given up while
   * the pipeline has not asked for them since.
   */
  readonly accountable: Effect.Effect<number>
  /** What was handed over and is not settled, by what limits it. */
  readonly held: () => HeldDeliveries
}

/** Deliveries that a process holds: those under the limits of its subscription, and those set aside from them. */
export interface HeldDeliveries {
  readonly outstanding: Weight
  readonly aside: Weight
}

/** How many, and how much. */
export interface Weight {
  readonly messages: number
  /** **Units**: bytes as encoded. */
  readonly bytes: number
}

/** Nothing is held. */
export const nothingHeld: HeldDeliveries = {
  outstanding: { messages: 0, bytes: 0 },
  aside: { messages: 0, bytes: 0 }
}

/** Watches a subscription; what it sees of deliveries goes to the log, under the name of the process. */
export const custodyOf = (
  inner: Subscription,
  process = "",
  log: DeliveryLog = new DeliveryLog()
): Custody => {
  const handedOver = new Set<Delivery>()
  const releasing = new Set<Delivery>()
  const aside = new WeakSet<Delivery>()
  const forget = (deliveries: ReadonlyArray<Delivery>) => {
    for (const delivery of deliveries) handedOver.delete(delivery)
  }
  return {
    subscription: {
      ...inner,
      deliveries: Stream.tap(inner.deliveries, (deliveries) =>
        Effect.map(Clock.currentTimeMillis, (now) => {
          for (const delivery of deliveries) {
            handedOver.add(delivery)
            log.received(process, delivery.messageId, delivery.deliveryAttempt, now)
          }
        })
      ),
      isHeld: (delivery) => {
        const isHeld = inner.isHeld(delivery)
        if (!isHeld) forget([delivery])
        return isHeld
      },
      setAside: (deliveries) =>
        Effect.suspend(() => {
          for (const delivery of deliveries) aside.add(delivery)
          return inner.setAside(deliveries)
        }),
      ack: (deliveries) =>
        Effect.tap(inner.ack(deliveries), ({ lost }) =>
          Effect.sync(() => {
            forget(deliveries)
            for (const delivery of deliveries) {
              const logged = log.find(delivery.messageId, delivery.deliveryAttempt)
              if (logged !== undefined)
                logged.ack = lost.find((one) => one.delivery === delivery)?.reason ?? "done"
            }
          })
        ),
      release: (deliveries, delay) =>
        Effect.suspend(() => {
          forget(deliveries)
          for (const delivery of deliveries) {
            releasing.add(delivery)
            const logged = log.find(delivery.messageId, delivery.deliveryAttempt)
            if (logged !== undefined) logged.wasReleased = true
          }
          return inner.release(deliveries, delay)
        }).pipe(
          Effect.ensuring(
            Effect.sync(() => {
              for (const delivery of deliveries) releasing.delete(delivery)
            })
          )
        )
    },
    held: () => {
      const held = [...handedOver].filter(inner.isHeld)
      return {
        outstanding: weightOf(held.filter((delivery) => !aside.has(delivery))),
        aside: weightOf(held.filter((delivery) => aside.has(delivery)))
      }
    },
    accountable: Effect.map(inner.status, ({ held }) => {
      const unnoticed = [...handedOver].filter((delivery) => !inner.isHeld(delivery)).length
      return held + unnoticed - [...releasing].filter(inner.isHeld).length
    })
  }
}

const weightOf = (deliveries: ReadonlyArray<Delivery>): Weight => ({
  messages: deliveries.length,
  bytes: deliveries.reduce((sum, { bytes }) => sum + bytes, 0)
})

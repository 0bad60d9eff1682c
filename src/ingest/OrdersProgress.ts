/** How far this process has come with the orders: what it tells the other processes, and goes by itself (G5). */
import { Clock, Effect } from "effect"
import type { Fate } from "../domain/Fate.ts"
import { progressIdsMax } from "../facts/Limits.ts"
import type { Progress } from "../facts/ProgressTable.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import { lesser } from "../pipeline/LedgerEntry.ts"
import type { NewestMessage, StreamLedger } from "../pipeline/StreamLedger.ts"
import { deadStreamSeconds, leaseSeconds } from "../pubsub/Limits.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { type GivenBackOrders, orderIdOf } from "./GivenBackOrders.ts"
import { caughtUpAfterMillis, toldByIdAfterFailures } from "./Limits.ts"
import { noWatermark, watermarkAfter } from "./OrdersWatermark.ts"
import { PubSubTime } from "./PubSubTime.ts"
import { nothingRead, progressOf } from "./StreamReadings.ts"

/** How far this process has come with the orders. */
export interface OrdersReport extends Omit<Progress, "hasWaitingPayments"> {
  /** Nothing is unsettled here, and Pub/Sub was quiet for so long that nothing is on its way. */
  readonly isCaughtUp: boolean
  /** Whether anything is unsettled here, those told by id apart. */
  readonly hasUnsettled: boolean
  /** Whether an order may have been sent here that did not arrive. */
  readonly mayBeLost: boolean
  /** When Pub/Sub was last heard. **Units**: ms of a monotonic clock, `-Infinity` for never. */
  readonly heardAtMillis: number
}

/** How far this process has come with the orders. */
export interface OrdersProgress {
  readonly report: Effect.Effect<OrdersReport>
  readonly pubSubTime: PubSubTime
  readonly givenBack: GivenBackOrders
  /** From now on the orders come from this subscription. */
  readonly read: (orders: Pick<Subscription, "progress">) => Effect.Effect<void>
}

/** What the progress is made of. */
export interface OrdersProgressOptions {
  readonly orders: StreamLedger<Fate>
  readonly payments: Pick<StreamLedger<Fate>, "newest">
  /** Told of what the ledger of the orders gives back. */
  readonly givenBack: GivenBackOrders
}

/** Makes the progress of a process that has read nothing yet. */
export const makeOrdersProgress = ({
  orders,
  payments,
  givenBack
}: OrdersProgressOptions): Effect.Effect<OrdersProgress> =>
  Effect.map(Clock.Clock, (clock) => {
    const pubSubTime = new PubSubTime(() => newer(orders.newest(), payments.newest()))
    let subscription: Pick<Subscription, "progress"> | undefined
    let watermark = noWatermark
    // Of a subscription that is closed: Pub/Sub may have been heard since by other means.
    let heardBefore = Number.NEGATIVE_INFINITY

    const report = Effect.gen(function* () {
      const { heardAtMillis, mayBeLost, oldestUndeliveredMicros, provenAtMillis, quietMillis } =
        subscription === undefined ? nothingRead : yield* progressOf(subscription)
      const told = givenBack.orderIds()
      const apart = orders.setApart({
        minFailures: toldByIdAfterFailures,
        maxDeliveries: progressIdsMax - told.length,
        mayBeApart
      })
      const held = lesser(orders.oldestNotApartMicros(), oldestUndeliveredMicros)
      const oldestUnsettledMicros = lesser(held, givenBack.oldestMicros())
      watermark = watermarkAfter(watermark, {
        oldestUnsettledMicros,
        lastUnsettledMicros: orders.lastOldestMicros(),
        quietMillis,
        mayBeLost,
        pubSubMicros: pubSubTime.at(provenAtMillis)
      })
      const report: OrdersReport = {
        watermarkMicros: watermark,
        orderIds: [...new Set([...told, ...apart.flatMap((each) => orderIdOf(each) ?? [])])],
        isCaughtUp: oldestUnsettledMicros === undefined && quietMillis >= caughtUpAfterMillis,
        hasUnsettled: oldestUnsettledMicros !== undefined,
        mayBeLost,
        heardAtMillis: Math.max(heardBefore, heardAtMillis)
      }
      return report
    })

    return {
      report,
      pubSubTime,
      givenBack,
      read: Effect.fnUntraced(function* (next) {
        if (subscription !== undefined) {
          const { heardAtMillis, oldestUndeliveredMicros } = yield* progressOf(subscription)
          // Its streams are closed: what was on its way there comes again, and the next ones know nothing of it.
          givenBack.noteUnknown((deadStreamSeconds + leaseSeconds) * 1_000)
          if (oldestUndeliveredMicros !== undefined) givenBack.noteTime(oldestUndeliveredMicros)
          heardBefore = Math.max(heardBefore, Math.min(heardAtMillis, monotonicMillis(clock)))
        }
        subscription = next
      })
    }
  })

/** What is behind an order in its key waits with it at Pub/Sub, and nobody knows its id. */
const mayBeApart = (each: DecodedDelivery<unknown>): boolean =>
  each.delivery.orderingKey === "" && orderIdOf(each) !== undefined

const newer = (
  one: NewestMessage | undefined,
  other: NewestMessage | undefined
): NewestMessage | undefined =>
  one !== undefined && other !== undefined && other.publishTimeMicros > one.publishTimeMicros
    ? other
    : (one ?? other)

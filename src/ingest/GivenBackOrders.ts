import { Result } from "effect"
import { progressIdsMax } from "../facts/Limits.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import { GivenBackTimes } from "../pubsub/GivenBackTimes.ts"
import { givenBackSeconds } from "../pubsub/Limits.ts"
import { noWatermark } from "./OrdersWatermark.ts"

/** Orders that this process gave back or lost: they count as unsettled for a minute more, until another shows them (G5). */
export class GivenBackOrders {
  readonly #times = new GivenBackTimes()
  readonly #untilById = new Map<bigint, number>()
  readonly #now: () => number

  /** `now`: ms of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** These are given back or lost; `isTold`: the others know them by id, and so they stay. */
  readonly note = (deliveries: ReadonlyArray<DecodedDelivery<unknown>>, isTold: boolean): void => {
    const until = this.#now() + givenBackSeconds * 1_000
    for (const each of deliveries) {
      if (Result.isFailure(each.decoded)) continue
      const orderId = orderIdOf(each)
      if (isTold && orderId !== undefined && this.#untilById.size < progressIdsMax)
        this.#untilById.set(orderId, until)
      else this.#times.note(each.delivery.publishTimeMicros, until)
    }
  }

  /** One of this publish time was, of which no more is known. */
  noteTime(publishTimeMicros: number): void {
    this.#times.note(publishTimeMicros, this.#now() + givenBackSeconds * 1_000)
  }

  /** Any orders may have been, for so long. */
  noteUnknown(forMillis: number): void {
    this.#times.note(noWatermark, this.#now() + forMillis)
  }

  /** The oldest publish time of those that are not told by id; undefined where there are none. */
  oldestMicros(): number | undefined {
    return this.#times.oldestMicros(this.#now())
  }

  /** Those that are told by id. */
  orderIds(): ReadonlyArray<bigint> {
    const now = this.#now()
    for (const [orderId, until] of this.#untilById) if (until <= now) this.#untilById.delete(orderId)
    return [...this.#untilById.keys()]
  }

  get isEmpty(): boolean {
    return this.oldestMicros() === undefined && this.orderIds().length === 0
  }
}

/** The order's id of a delivery of the orders stream; undefined where it is no order. */
export const orderIdOf = ({ decoded }: DecodedDelivery<unknown>): bigint | undefined => {
  if (Result.isFailure(decoded)) return undefined
  const order = decoded.success
  return typeof order === "object" &&
    order !== null &&
    "order_id" in order &&
    typeof order.order_id === "bigint"
    ? order.order_id
    : undefined
}

/** Sample orders and payments, and what should become of each. */
import type { Fate } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import type { Message } from "../pubsub/Message.ts"
import { type Fields, messageOf, orderFields, paymentFields } from "./Original.ts"
import { poisonKinds } from "./Poison.ts"
import { oneOf, type SeededRandom, seededRandom } from "./SeededRandom.ts"

/** What traffic to make. Shares are from 0 to 1. */
export interface TrafficOptions {
  /** Orders, without duplicates and poison; may be infinite. */
  readonly orders: number
  /** Payments, without duplicates and poison; those beyond the number of orders have no order. May be infinite. */
  readonly payments: number
  readonly seed: number
  /** The first order's id; the others follow on. */
  readonly firstId: number
  /** Payments for an order that never comes. */
  readonly unmatched: number
  /** Payments published before their order. */
  readonly early: number
  /** Orders that come later than anybody waits for them: they are left out here, and made by {@link lateOrders}. */
  readonly late?: number
  /** Messages that are published twice. */
  readonly duplicates: number
  /** Messages that are followed by an unreadable one, which is not counted. */
  readonly poison: number
}

/** A message, where to publish it, and what should become of it. */
export interface TrafficItem {
  readonly stream: StreamName
  readonly message: Message
  /** `payment-matched` for the second copy of a payment too, though that may be superseded by the first. */
  readonly fate: Fate
}

/** Items that may be published together, in any order; all of them before those of the next wave. */
export type Wave = ReadonlyArray<TrafficItem>

/**
 * The traffic, wave by wave.
 *
 * **Shape**: each wave has about `size` orders and as many payments. A payment comes a wave after its order, an
 * early one {@link earlyWaves} waves before it, a duplicate a wave after its original.
 * **Guarantee**: messages and fates depend on the options alone, not on `size`; memory is that of one wave.
 */
export function* waves(options: TrafficOptions, size: number): Generator<Wave> {
  const blocks = Math.ceil(Math.max(options.orders, options.payments) / size)
  let duplicates: Wave = []
  for (let wave = 0; wave < blocks + earlyWaves + 2; wave++) {
    const made: ReadonlyArray<Made> = [
      ...paymentsOf(options, blockOf(wave, size), "early"),
      ...ordersOf(options, blockOf(wave - earlyWaves, size)),
      ...paymentsOf(options, blockOf(wave - earlyWaves - 1, size), "in time")
    ]
    const items = [...duplicates, ...made.flatMap(({ items }) => items)]
    duplicates = made.flatMap((one) => (one.isDuplicated ? one.items.slice(0, 1) : []))
    if (items.length > 0) yield items
  }
}

/** The late orders of the traffic, wave by wave, each with about as many as `size` orders of the others have of them. */
export function* lateOrders(options: TrafficOptions, size: number): Generator<Wave> {
  // Where none is drawn, an endless traffic would be searched for ever.
  if ((options.late ?? 0) === 0) return
  for (let from = 0; from < options.orders; from += size) {
    const late = range(from, Math.min(from + size, options.orders))
      .map((position) => options.firstId + position)
      .filter((orderId) => isLate(options, orderId))
    if (late.length > 0) yield late.map((orderId) => orderItem(options, orderId))
  }
}

/** How many waves before its order an early payment is published. */
export const earlyWaves = 5

/** Added to an order id to name an order that never comes; far above every id that is made. */
export const unmatchedOffset = 1_000_000_000_000

interface Made {
  /** The message, and a poison one after it in some cases. */
  readonly items: Wave
  readonly isDuplicated: boolean
}

type Block = readonly [from: number, to: number]

const blockOf = (index: number, size: number): Block => [Math.max(0, index * size), (index + 1) * size]

const ordersOf = (options: TrafficOptions, [from, to]: Block): ReadonlyArray<Made> =>
  range(from, Math.min(to, options.orders)).flatMap((position) => {
    const orderId = options.firstId + position
    if (isLate(options, orderId)) return []
    const random = seededRandom(options.seed, 1, orderId)
    return [made(options, random, "orders", orderFields(orderId, random), "order-stored")]
  })

/** Drawn by itself, so that the other messages are the same with late orders and without. */
const isLate = ({ late = 0, seed }: TrafficOptions, orderId: number): boolean =>
  late > 0 && seededRandom(seed, 3, orderId)() < late

const orderItem = ({ seed }: TrafficOptions, orderId: number): TrafficItem => {
  const message = messageOf(orderFields(orderId, seededRandom(seed, 1, orderId)))
  return { stream: "orders", message, fate: "order-stored" }
}

const paymentsOf = (
  options: TrafficOptions,
  [from, to]: Block,
  when: "early" | "in time"
): ReadonlyArray<Made> =>
  range(from, Math.min(to, options.payments)).flatMap((position) => {
    const orderId = options.firstId + position
    const random = seededRandom(options.seed, 2, orderId)
    const isEarly = random() < options.early
    if (isEarly !== (when === "early")) return []
    const isDrawn = random() < options.unmatched
    const isUnmatched = isDrawn || position >= options.orders || isLate(options, orderId)
    const fields = paymentFields(isDrawn ? orderId + unmatchedOffset : orderId, random)
    const fate = isUnmatched ? "dead-lettered(unmatched-payment)" : "payment-matched"
    return [made(options, random, "payments", fields, fate)]
  })

const made = (
  options: TrafficOptions,
  random: SeededRandom,
  stream: StreamName,
  fields: Fields,
  fate: Fate
): Made => {
  const item: TrafficItem = { stream, message: messageOf(fields), fate }
  const isDuplicated = random() < options.duplicates
  if (random() >= options.poison) return { items: [item], isDuplicated }
  const kind = oneOf(random, poisonKinds)
  return { items: [item, { stream, message: kind.make(fields, random), fate: kind.fate }], isDuplicated }
}

const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from) }, (_, index) => from + index)

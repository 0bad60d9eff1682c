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
  range(from, Math.min(to, options.orders)).map((position) => {
    const orderId = options.firstId + position
    const random = seededRandom(options.seed, 1, orderId)
    return made(options, random, "orders", orderFields(orderId, random), "order-stored")
  })

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
    const isUnmatched = isDrawn || position >= options.orders
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

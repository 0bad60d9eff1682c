/** Shows people what became of the deliveries. */
import { Effect } from "effect"
import { type Fate, fates } from "../../domain/Fate.ts"
import { Metrics, type StreamTotals } from "../../telemetry/Metrics.ts"
import { liveSeparator } from "../Screen.ts"

/** The totals of both streams. */
export const totals: Effect.Effect<Totals, never, Metrics> = Effect.gen(function* () {
  const metrics = yield* Metrics
  return { orders: yield* metrics.totals("orders"), payments: yield* metrics.totals("payments") }
})

/** The totals of both streams, by stream. */
export interface Totals {
  readonly orders: StreamTotals
  readonly payments: StreamTotals
}

/** One line that says how far the work has come; the words are those of the metrics. */
export const progressLine = ({ orders, payments }: Totals): string => {
  const deadLetters = deadLettered(orders) + deadLettered(payments)
  const retrying = orders.retrying + payments.retrying
  return [
    `orders ${orders.fates["order-stored"]} stored`,
    `payments ${payments.fates["payment-matched"]} matched`,
    `${payments.waiting} waiting`,
    `${deadLetters} dead letters`,
    ...(retrying > 0 ? [`${retrying} retrying`] : []),
    `${orders.inFlight + payments.inFlight} in flight`
  ].join(liveSeparator)
}

/** The table of fates, and the sum they have to add up to (G7). */
export const fateTable = (all: Totals): string => {
  const rows = fates.flatMap((fate) => {
    const orders = all.orders.fates[fate]
    const payments = all.payments.fates[fate]
    return orders + payments === 0 ? [] : [row(fate, orders, payments)]
  })
  const rest = (name: string, of: (stream: StreamTotals) => number) =>
    of(all.orders) + of(all.payments) === 0 ? [] : [row(name, of(all.orders), of(all.payments))]
  return [
    row("fate", "orders", "payments"),
    ...rows,
    ...rest("released for redelivery", ({ released }) => released),
    ...rest(
      "in flight, retrying or waiting",
      ({ inFlight, retrying, waiting }) => inFlight + retrying + waiting
    ),
    row("received", all.orders.received, all.payments.received)
  ].join("\n")
}

/** The totals as data, for `--json`. */
export const fateJson = ({ orders, payments }: Totals): string => JSON.stringify({ orders, payments })

/** The sum of counts, whatever they are of. */
export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0)

const deadLettered = (stream: StreamTotals): number =>
  (Object.entries(stream.fates) as ReadonlyArray<[Fate, number]>).reduce(
    (sum, [fate, count]) => (fate.startsWith("dead-lettered") ? sum + count : sum),
    0
  )

const row = (name: string, orders: number | string, payments: number | string): string =>
  `${name.padEnd(36)}${String(orders).padStart(12)}${String(payments).padStart(12)}`

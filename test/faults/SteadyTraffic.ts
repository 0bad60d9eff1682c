/** Orders and payments at a steady rate, among them payments that come long before their orders. */
import { SeededRandom } from "../support/SeededRandom.ts"
import { neverOrdered, order, type Planned, payment } from "./Traffic.ts"

/** What steady traffic to make. */
export interface SteadyOptions {
  readonly seconds: number
  readonly seed: number
  readonly ordersPerSecond: number
  /** For each order one that follows it soon, and the rest without an order. At least as many as orders. */
  readonly paymentsPerSecond: number
  /** How often an order comes {@link lateOrderSeconds} after its payment. **Units**: seconds; never without it. */
  readonly lateOrderEverySeconds?: number
  readonly firstId?: number
}

/** An order that is late comes so long after its payment: within the default grace. **Units**: seconds. */
export const lateOrderSeconds = 25

/** The traffic in the order in which to publish it, evenly over its seconds. **Guarantee**: depends on the options alone. */
export const steadyTraffic = (options: SteadyOptions): ReadonlyArray<Planned> => {
  const { seconds, ordersPerSecond, paymentsPerSecond, firstId = 1 } = options
  const random = new SeededRandom(options.seed)
  const timed: Array<readonly [second: number, message: Planned]> = []
  for (let index = 0; index < seconds * ordersPerSecond; index++) {
    const second = index / ordersPerSecond
    timed.push([second, order(firstId + index, "Pending", random)])
    timed.push([second + random.between(0, 300) / 1_000, payment(firstId + index, 1, random)])
  }
  const unmatchedPerSecond = paymentsPerSecond - ordersPerSecond
  for (let index = 0; index < seconds * unmatchedPerSecond; index++) {
    timed.push([index / unmatchedPerSecond, payment(firstId + neverOrdered + index, 1, random)])
  }
  const { lateOrderEverySeconds: every = Number.POSITIVE_INFINITY } = options
  for (let second = 1; second + lateOrderSeconds < seconds; second += every) {
    const orderId = firstId + lateIds + second
    timed.push([second, payment(orderId, 1, random)])
    timed.push([second + lateOrderSeconds, order(orderId, "Pending", random)])
  }
  return timed.sort(([one], [other]) => one - other).map(([, message]) => message)
}

/** Added to the ids of orders that come late. */
const lateIds = 500_000_000

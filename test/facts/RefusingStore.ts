/** The fact store of Cassandra on a cluster in virtual time that refuses rows. */
import { Context, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { type Answers, FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { orderOf, paymentOf } from "../support/Samples.ts"
import type { HostRequest, Refused, VirtualCluster } from "../support/VirtualCluster.ts"

/** The fact store of a cluster that answers at once. */
export const storeOn = (cluster: VirtualCluster) => {
  cluster.faults.millis = 0
  const layer = FactStoreCassandra.layer.pipe(Layer.provide(cluster.layer))
  return Effect.map(Layer.build(layer), (context) => Context.get(context, FactStore))
}

/** An order to write. */
export const order = (orderId: bigint, version = 1_000n) => ({ order: orderOf(orderId), version })
/** A payment to write. */
export const payment = (orderId: bigint, version = 1_000n) => ({ payment: paymentOf(orderId), version })

/** An answer about one row. */
export const tooLong: Refused = [
  0x2200,
  "Cannot index value of size 70000 for index i on t(shipping_address)"
]
/** An answer to every write. */
export const noTtl: Refused = [0x2200, "ttl is too large. requested (630720000) maximum (630720000)"]

/** Refuses requests with this order in them. */
export const refusing =
  (orderId: bigint, refused: Refused) =>
  ({ rows }: HostRequest): Refused | undefined =>
    rows.some((row) => row.orderId === orderId) ? refused : undefined

/** Makes tries with a pause after each, and `meanwhile` at the end of the pause; answers what became of each. */
export const tries = Effect.fnUntraced(function* <A>(
  attempt: Effect.Effect<Answers<A>>,
  count: number,
  pauseSeconds: number,
  meanwhile: Effect.Effect<unknown> = Effect.void
) {
  const tags: Array<string> = []
  for (let done = 0; done < count; done++) {
    if (done > 0) {
      yield* TestClock.adjust(`${pauseSeconds} seconds`)
      yield* meanwhile
    }
    tags.push(...tagsOf(yield* attempt))
  }
  return tags
})

/** What became of each element. */
export const tagsOf = <A>(answers: Answers<A>): ReadonlyArray<string> =>
  answers.map((answer) => (Result.isSuccess(answer) ? "stored" : answer.failure.reason._tag))

/** So many refusals. */
export const refusedTimes = (count: number): ReadonlyArray<string> => Array<string>(count).fill("RowRefused")

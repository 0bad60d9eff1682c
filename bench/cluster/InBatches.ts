/**
 * Writes to the cluster as `counterfoil run` does: its own fact store, given 100 rows a call, 16 calls at once.
 *
 * The only file of the benchmark that imports from src, because the command cannot be told to write without Pub/Sub:
 * the fact store and the connection it needs, the schemas that make its branded ids, and how many calls `run` has at
 * once. Everything else knows the command alone.
 */
import { Effect, Layer, Option, Result, Schema } from "effect"
import { Cassandra } from "../../src/cassandra/Cassandra.ts"
import { Order } from "../../src/domain/Order.ts"
import { Payment } from "../../src/domain/Payment.ts"
import { type Answers, FactStore } from "../../src/facts/FactStore.ts"
import { FactStoreCassandra } from "../../src/facts/FactStoreCassandra.ts"
import { batchesAtOnce } from "../../src/pipeline/Limits.ts"
import { orderOf, paymentOf } from "../Traffic.ts"
import { serve, task } from "./WriterProtocol.ts"

const { rows, ...cluster } = task()
const cassandra = Cassandra.layer(
  {
    ...cluster,
    replication: { _tag: "Simple", factor: 1 },
    consistency: "LOCAL_QUORUM",
    credentials: Option.none(),
    tls: Option.none(),
    secureBundle: Option.none()
  },
  { maxInFlight: 512, whenUnreachable: "fail" }
)

// What a server batch of the emulator has.
const rowsOfCall = 100
const version = BigInt(Date.now()) * 1000n
let repeated = 0

const inCalls = <A>(items: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(items.length / rowsOfCall) }, (_, call) =>
    items.slice(call * rowsOfCall, (call + 1) * rowsOfCall)
  )

/** What was not answered is asked again. */
const untilDone = <A>(
  items: ReadonlyArray<A>,
  ask: (items: ReadonlyArray<A>) => Effect.Effect<Answers<unknown>>
): Effect.Effect<void> =>
  Effect.flatMap(ask(items), (answers) => {
    const left = items.filter((_, at) => {
      const answer = answers[at]
      return answer === undefined || Result.isFailure(answer)
    })
    repeated += left.length
    return left.length === 0 ? Effect.void : untilDone(left, ask)
  })

const all = <A>(calls: ReadonlyArray<A>, work: (call: A) => Effect.Effect<void>) =>
  Effect.runPromise(Effect.forEach(calls, work, { concurrency: batchesAtOnce, discard: true }))

const program = Effect.gen(function* () {
  const facts = yield* FactStore
  const ids = Array.from({ length: rows }, (_, index) => index + 1)
  const orders = inCalls(ids.map((id) => ({ order: Schema.decodeSync(Order)(orderOf(id)), version })))
  const payments = inCalls(
    ids.map((id) => ({ payment: Schema.decodeSync(Payment)(paymentOf(id, 0)), version }))
  )
  serve(
    {
      orders: () => all(orders, (call) => untilDone(call, facts.storeOrders)),
      payments: () =>
        all(payments, (call) =>
          Effect.andThen(
            untilDone(
              call.map(({ payment }) => payment.order_id),
              facts.states
            ),
            untilDone(call, facts.storePayments)
          )
        )
    },
    () => repeated
  )
  return yield* Effect.never
})

void Effect.runPromise(Effect.provide(program, FactStoreCassandra.layer.pipe(Layer.provideMerge(cassandra))))

/** Wraps a fact table, so that it goes wrong on demand. */
import { Duration, Effect, Result } from "effect"
import {
  type Answers,
  type FactStore,
  FactStoreError,
  FactStoreUnavailable,
  type OrderWrite,
  type PaymentWrite,
  RowRejected
} from "../../src/facts/FactStore.ts"

/** What one element of a call meets. */
export type Encounter =
  | "answered"
  /** No answer in time, and nothing written. */
  | "timed-out-unwritten"
  /** No answer in time, but written. */
  | "timed-out-written"
  /** No answer in time, and written only after that. */
  | "timed-out-late"

/** A call that may take long. */
export type StoreOperation = "store orders" | "store payments" | "read states"

/** What goes wrong; set while tests run. */
export interface StoreFaults {
  /** Nothing answers; every element is unavailable. */
  isAway: boolean
  /** How long a call takes. **Units**: milliseconds. */
  latency: (operation: StoreOperation) => number
  /** Drawn once an element of a write. */
  encounter: (orderId: bigint) => Encounter
  /** Whether a read of one element has no answer. */
  failsToRead: (orderId: bigint) => boolean
  /** Whether a time-out of one element is one of its whole call, as for the rows of a batch. */
  isShared: boolean
  /** How much later a late write happens. **Units**: milliseconds. */
  late: () => number
  /** Rows that can never be stored. */
  rejects: (orderId: bigint, write: OrderWrite | PaymentWrite) => boolean
  /** Thrown by every call: a bug. */
  defect: Error | undefined
  /** Told of each write as it is carried out, whether or not its answer comes back. */
  onWrite: (
    operation: "store orders" | "store payments",
    orderIds: ReadonlyArray<bigint>,
    isLate: boolean
  ) => void
}

/** Nothing goes wrong. */
export const noStoreFaults = (): StoreFaults => ({
  isAway: false,
  latency: () => 0,
  encounter: () => "answered",
  failsToRead: () => false,
  isShared: false,
  late: () => 0,
  rejects: () => false,
  defect: undefined,
  onWrite: () => {}
})

/** The same table, behind these faults. */
export const faultyFactStore = (inner: FactStore["Service"], faults: StoreFaults): FactStore["Service"] => {
  const travel = (operation: StoreOperation) =>
    Effect.suspend(() => {
      if (faults.defect !== undefined) return Effect.die(faults.defect)
      const millis = faults.latency(operation)
      return millis > 0 ? Effect.sleep(Duration.millis(millis)) : Effect.void
    })

  const writing = <W extends OrderWrite | PaymentWrite>(
    operation: "store orders" | "store payments",
    idOf: (write: W) => bigint,
    call: (writes: ReadonlyArray<W>) => Effect.Effect<Answers<void>>
  ) =>
    Effect.fnUntraced(function* (writes: ReadonlyArray<W>): Effect.fn.Return<Answers<void>> {
      yield* travel(operation)
      const met = writes.map((write) =>
        faults.isAway
          ? ("away" as const)
          : faults.rejects(idOf(write), write)
            ? ("rejected" as const)
            : faults.encounter(idOf(write))
      )
      const shared = faults.isShared ? met.find((fate) => fate.startsWith("timed-out")) : undefined
      const fates = shared === undefined ? met : met.map(() => shared)
      const carried = writes.filter((_, index) => carriesOut(fates[index]))
      if (carried.length > 0) faults.onWrite(operation, carried.map(idOf), false)
      const answers = carried.length > 0 ? yield* call(carried) : []
      const late = writes.filter((_, index) => fates[index] === "timed-out-late")
      if (late.length > 0) {
        // Not supervised, and on purpose: neither a retry nor the end of the process stops such a write.
        const landing = Effect.suspend(() => {
          faults.onWrite(operation, late.map(idOf), true)
          return call(late)
        })
        yield* Effect.forkDetach(Effect.delay(landing, Duration.millis(faults.late())))
      }
      let next = 0
      return fates.map((fate) => {
        const answer = carriesOut(fate) ? answers[next++] : undefined
        if (fate === "rejected") return rejection(operation)
        return fate === "answered" && answer !== undefined ? answer : unavailable(operation, fate)
      })
    })

  return {
    storeOrders: writing("store orders", ({ order }) => order.order_id, inner.storeOrders),
    storePayments: writing("store payments", ({ payment }) => payment.order_id, inner.storePayments),
    states: (orderIds) =>
      Effect.andThen(
        travel("read states"),
        Effect.suspend(() =>
          faults.isAway
            ? Effect.succeed(orderIds.map(() => unavailable("read states", "away")))
            : Effect.map(inner.states(orderIds), (answers) =>
                answers.map((answer, index) =>
                  faults.failsToRead(orderIds[index] ?? 0n) ? unavailable("read states", "timed out") : answer
                )
              )
        )
      ),
    get: inner.get,
    count: inner.count,
    ping: Effect.suspend(() => (faults.isAway ? Effect.fail(pingFailure) : inner.ping))
  }
}

const carriesOut = (fate: string | undefined) => fate === "answered" || fate === "timed-out-written"

const unavailable = (operation: string, detail: string): Result.Result<never, FactStoreError> =>
  Result.fail(
    new FactStoreError({ operation, reason: new FactStoreUnavailable({ detail, cause: undefined }) })
  )

const pingFailure = new FactStoreError({
  operation: "ping",
  reason: new FactStoreUnavailable({ detail: "away", cause: undefined })
})

const rejection = (operation: string): Result.Result<never, FactStoreError> =>
  Result.fail(
    new FactStoreError({
      operation,
      reason: new RowRejected({ detail: "this row can never be stored", cause: undefined })
    })
  )

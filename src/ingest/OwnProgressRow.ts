/** Keeps the row of this process in the progress table: every 3 s, and on change at most once a second (G5). */
import { Clock, Duration, Effect, Latch, Semaphore } from "effect"
import type { Progress, ProgressTable, ProgressTableError } from "../facts/ProgressTable.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { progressChangeMillis, progressRenewMillis } from "./Limits.ts"

/** What a row is written from. */
export interface OwnProgressRowOptions {
  readonly table: Pick<ProgressTable["Service"], "write" | "remove">
  /** This run of this process. */
  readonly process: string
  readonly progress: Effect.Effect<Progress>
  /** Whether what the row says can be relied on. */
  readonly mayRenew: () => boolean
}

/** The row of this process. */
export interface OwnProgressRow {
  readonly process: string
  /** Renews the row; never ends. */
  readonly run: Effect.Effect<never>
  /** The number of the last write that was begun, and of the last that was confirmed; 0 before the first. */
  readonly begun: () => number
  readonly confirmed: () => number
  /** When the last confirmed write was begun; before the first, when this was made. **Units**: ms of a monotonic clock. */
  readonly renewedAtMillis: () => number
  /** Why the last write failed; undefined where it did not. */
  readonly error: () => ProgressTableError | undefined
  /** Suspends until so many more writes are confirmed. */
  readonly renewedTimes: (times: number) => Effect.Effect<void>
  /** Renews no more; writes the row a last time where `isNeeded`, else removes it. */
  readonly end: (isNeeded: boolean) => Effect.Effect<void, ProgressTableError>
}

/** Makes the row of this process; nothing is written yet. */
export const makeOwnProgressRow = ({
  table,
  process,
  progress,
  mayRenew
}: OwnProgressRowOptions): Effect.Effect<OwnProgressRow> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const now = () => monotonicMillis(clock)
    const writing = yield* Semaphore.make(1)
    const renewed = yield* Latch.make(false)
    let begun = 0
    let confirmed = 0
    let renewedAt = now()
    let triedAt = Number.NEGATIVE_INFINITY
    /** What the table says; undefined while that is not known. */
    let written: Progress | undefined
    let error: ProgressTableError | undefined
    let isOver = false

    const write = Effect.fnUntraced(function* (next: Progress) {
      const renewal = ++begun
      triedAt = now()
      const beganAt = triedAt
      written = undefined
      yield* table.write({ process, renewal, progress: next }).pipe(
        Effect.tapError((failure) =>
          Effect.sync(() => {
            error = failure
          })
        )
      )
      written = next
      error = undefined
      confirmed = renewal
      renewedAt = beganAt
      renewed.openUnsafe()
    })

    const renew = Effect.gen(function* () {
      if (isOver || !mayRenew()) return
      const next = yield* progress
      const isDue = now() - triedAt >= progressRenewMillis
      if (isDue || written === undefined || !isSame(written, next)) yield* Effect.ignore(write(next))
    })

    const renewedTimes = (times: number): Effect.Effect<void> =>
      Effect.suspend(() => {
        const target = confirmed + times
        const wait: Effect.Effect<void> = Effect.suspend(() => {
          if (confirmed >= target) return Effect.void
          renewed.closeUnsafe()
          return Effect.andThen(renewed.await, wait)
        })
        return wait
      })

    return {
      process,
      run: Effect.gen(function* () {
        for (;;) {
          const beganAt = now()
          yield* writing.withPermits(1)(renew)
          yield* Effect.sleep(Duration.millis(Math.max(0, beganAt + progressChangeMillis - now())))
        }
      }),
      begun: () => begun,
      confirmed: () => confirmed,
      renewedAtMillis: () => renewedAt,
      error: () => error,
      renewedTimes,
      end: (isNeeded) =>
        Effect.suspend(() => {
          isOver = true
          return writing.withPermits(1)(isNeeded ? Effect.flatMap(progress, write) : table.remove(process))
        })
    }
  })

const isSame = (one: Progress, other: Progress): boolean =>
  one.watermarkMicros === other.watermarkMicros &&
  one.hasWaitingPayments === other.hasWaitingPayments &&
  one.orderIds.length === other.orderIds.length &&
  one.orderIds.every((orderId, at) => orderId === other.orderIds[at])

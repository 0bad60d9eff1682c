/** Bounds the statements at the driver, which has no queue of its own and drops what is in flight when it closes. */
import { Effect, Fiber, FiberSet, type Scope, Semaphore } from "effect"
import { cassandraDrainSeconds } from "../ingest/Limits.ts"
import { type CassandraError, classify } from "./CassandraError.ts"

/** Requests on their way to the driver. */
export interface Requests {
  /** Starts a request once as many statements may be sent; an interruption before that sends nothing. */
  readonly send: <A>(
    operation: string,
    rows: number,
    start: () => Promise<A>
  ) => Effect.Effect<A, CassandraError>
  /** Waits for all that are on their way, {@link cassandraDrainSeconds} at most. */
  readonly drain: Effect.Effect<void>
}

/** Requests of which at most `maxInFlight` are on their way; a heavier one goes when nothing else is. */
export const makeRequests = (maxInFlight: number): Effect.Effect<Requests, never, Scope.Scope> =>
  Effect.gen(function* () {
    const permits = yield* Semaphore.make(maxInFlight)
    const onTheirWay = yield* FiberSet.make()
    return {
      send: (operation, rows, start) => {
        const weight = Math.min(rows, maxInFlight)
        const answer = Effect.tryPromise({ try: start, catch: (cause) => classify(operation, cause) })
        // In a fiber of its own: an interrupted caller must not free the permits of a statement that is still sent.
        const request = Effect.uninterruptible(Effect.ensuring(answer, Semaphore.release(permits, weight)))
        return Effect.uninterruptibleMask((restore) =>
          restore(Semaphore.take(permits, weight)).pipe(
            Effect.andThen(FiberSet.run(onTheirWay, request)),
            Effect.flatMap((fiber) => restore(Fiber.join(fiber)))
          )
        )
      },
      drain: Effect.asVoid(
        Effect.timeoutOption(FiberSet.awaitEmpty(onTheirWay), `${cassandraDrainSeconds} seconds`)
      )
    }
  })

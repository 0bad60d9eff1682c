/** Bounds the statements at the driver, which has no queue of its own and drops what is in flight when it closes. */
import { Effect, Latch } from "effect"
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

/**
 * Requests of which at most `maxInFlight` statements are on their way; a heavier one goes when nothing else is.
 */
export const makeRequests = (maxInFlight: number): Effect.Effect<Requests> =>
  Effect.sync(() => {
    const waiting = new Set<Waiting>()
    const idle = Latch.makeUnsafe(true)
    let inFlight = 0

    const hasRoomFor = (rows: number) => inFlight === 0 || inFlight + rows <= maxInFlight
    const took = (rows: number) => {
      if (inFlight === 0) idle.closeUnsafe()
      inFlight += rows
    }
    const answered = (rows: number) => {
      inFlight -= rows
      for (const next of waiting) {
        if (!hasRoomFor(next.rows)) break
        waiting.delete(next)
        next.go()
      }
      if (inFlight === 0) idle.openUnsafe()
    }

    return {
      send: <A>(operation: string, rows: number, start: () => Promise<A>) =>
        Effect.callback<A, CassandraError>((resume) => {
          // Its answer is counted whoever still waits for it: an interrupted caller's statement is sent all the same.
          const go = () => {
            took(rows)
            started(start).then(
              (value) => {
                answered(rows)
                resume(Effect.succeed(value))
              },
              (cause) => {
                answered(rows)
                resume(Effect.fail(classify(operation, cause)))
              }
            )
          }
          if (waiting.size === 0 && hasRoomFor(rows)) {
            go()
            return
          }
          const place = { rows, go }
          waiting.add(place)
          return Effect.sync(() => void waiting.delete(place))
        }),
      drain: Effect.asVoid(Effect.timeoutOption(idle.await, `${cassandraDrainSeconds} seconds`))
    }
  })

interface Waiting {
  readonly rows: number
  readonly go: () => void
}

const started = <A>(start: () => Promise<A>): Promise<A> => {
  try {
    return start()
  } catch (cause) {
    return Promise.reject(cause)
  }
}

/** Bounds the statements at the driver, which has no queue of its own and drops what is in flight when it closes. */
import { Clock, Duration, Effect, Latch, Result } from "effect"
import { monotonicMillis } from "../../time/MonotonicClock.ts"
import type { CassandraError } from "../CassandraError.ts"
import type { CassandraOptions } from "../CassandraOptions.ts"
import { drainSeconds, inFlightMax, inFlightMin } from "../Limits.ts"
import { adaptiveLimitDefaults, makeAdaptiveLimit, type StatementOutcome } from "./AdaptiveLimit.ts"
import { asDriverError } from "./DriverError.ts"
import { classify } from "./ErrorClassification.ts"

/** Requests to the driver: those it has, and those that wait for a place. */
export interface RequestQueue {
  /** Starts a request once its statements may be sent; an interruption before that sends nothing. */
  readonly send: <A>(operation: string, request: Request<A>) => Effect.Effect<A, CassandraError>
  /**
   * The same for several requests, each answered in its place once all are; without a fiber each, which costs as
   * much as a row (decision 0008).
   */
  readonly sendAll: <A>(
    operation: string,
    requests: ReadonlyArray<Request<A>>
  ) => Effect.Effect<ReadonlyArray<Result.Result<A, CassandraError>>>
  /** Waits for all statements in flight, for the drain timeout at most. */
  readonly drain: Effect.Effect<void>
  /** How many statements may be in flight now. */
  readonly limit: () => number
  /** How many statements wait for an answer now. */
  readonly inFlight: () => number
  /**
   * For how long nothing was answered, not even with an error, though something was asked and still is; also over
   * several requests that were given up one after the other. **Units**: milliseconds.
   */
  readonly unansweredMillis: () => number
}

/** What goes to the driver in one piece. */
export interface Request<A> {
  readonly statements: number
  /** Its answer may take long: that none comes says nothing of the cluster. */
  readonly isPatient?: boolean
  /** Starts at once, whatever waits, and beside the limit. */
  readonly isUrgent?: boolean
  /** `now`: by a clock that never jumps. **Units**: milliseconds. */
  readonly start: (now: number) => Promise<A>
}

/**
 * Requests whose statements in flight are at most as many as an {@link makeAdaptiveLimit} of these options
 * allows; a heavier one goes when nothing else is. They go in the order in which they came.
 *
 * Not Effect's `Semaphore`: a statement that is sent keeps its place though its caller is interrupted, which takes a
 * fiber each with a semaphore; and its release looks at every waiter (decision 0008).
 */
export const makeRequestQueue = (
  options: Pick<CassandraOptions, "minInFlight" | "maxInFlight" | "adaptiveLimit" | "drainTimeout">
): Effect.Effect<RequestQueue> =>
  Effect.map(Clock.Clock, (clock) => {
    const adaptive = makeAdaptiveLimit(
      { least: options.minInFlight ?? inFlightMin, most: options.maxInFlight ?? inFlightMax },
      { ...adaptiveLimitDefaults, ...options.adaptiveLimit }
    )
    const drainTimeout = options.drainTimeout ?? Duration.seconds(drainSeconds)
    const waiting = new Set<Waiting>()
    const idle = Latch.makeUnsafe(true)
    let inFlight = 0
    /** Those in flight whose answer is due soon. */
    let due = 0
    let unansweredSince: number | undefined

    const now = () => monotonicMillis(clock)
    const hasRoomFor = (statements: number) => inFlight === 0 || inFlight + statements <= adaptive.current()
    const release = (statements: number) => {
      inFlight -= statements
      for (const next of waiting) {
        if (!hasRoomFor(next.statements)) break
        waiting.delete(next)
        next.go()
      }
      if (inFlight === 0) idle.openUnsafe()
    }

    /** Something was answered: now. What else is in flight is waited for from now on. */
    const answered = (): number => {
      const at = now()
      unansweredSince = due > 0 ? at : undefined
      return at
    }

    /** Gives the request to the driver as soon as there is room; returns how to cancel it, if it waits. */
    const submit = <A>(
      operation: string,
      { isPatient = false, isUrgent = false, statements, start }: Request<A>,
      answer: (answer: Result.Result<A, CassandraError>) => void
    ): (() => void) | undefined => {
      const go = () => {
        const sentAt = now()
        if (!isPatient) unansweredSince ??= sentAt
        inFlight += statements
        if (!isPatient) due += statements
        idle.closeUnsafe()
        const observe = (answeredAt: number, outcome: StatementOutcome) =>
          adaptive.observe({ sentAt, answeredAt, statements, inFlight, outcome })
        // Also for an interrupted caller, whose statement has been sent nevertheless.
        started(start, sentAt).then(
          (value) => {
            if (!isPatient) due -= statements
            observe(answered(), "answered")
            release(statements)
            answer(Result.succeed(value))
          },
          (cause) => {
            const error = classify(operation, cause)
            if (!isPatient) due -= statements
            if (isAnswer(error)) answered()
            if (isOverload(error)) observe(now(), "overloaded")
            release(statements)
            answer(Result.fail(error))
          }
        )
      }
      if (isUrgent || (waiting.size === 0 && hasRoomFor(statements))) return void go()
      const place = { statements, go }
      waiting.add(place)
      return () => void waiting.delete(place)
    }

    return {
      send: <A>(operation: string, request: Request<A>) =>
        Effect.callback<A, CassandraError>((resume) => {
          const cancel = submit(operation, request, (answer) => resume(Effect.fromResult(answer)))
          return cancel === undefined ? undefined : Effect.sync(cancel)
        }),
      sendAll: <A>(operation: string, all: ReadonlyArray<Request<A>>) =>
        Effect.callback<ReadonlyArray<Result.Result<A, CassandraError>>>((resume) => {
          const answers = new Array<Result.Result<A, CassandraError>>(all.length)
          let open = all.length
          if (open === 0) return resume(Effect.succeed(answers))
          const cancel = all.map((request, at) =>
            submit(operation, request, (answer) => {
              answers[at] = answer
              open -= 1
              if (open === 0) resume(Effect.succeed(answers))
            })
          )
          return Effect.sync(() => {
            for (const one of cancel) one?.()
          })
        }),
      drain: Effect.asVoid(Effect.timeoutOption(idle.await, drainTimeout)),
      limit: adaptive.current,
      inFlight: () => inFlight,
      unansweredMillis: () => (due === 0 || unansweredSince === undefined ? 0 : now() - unansweredSince)
    }
  })

interface Waiting {
  readonly statements: number
  readonly go: () => void
}

/** Makes a rejection of what the driver throws. */
const started = <A>(start: Request<A>["start"], now: number): Promise<A> => {
  try {
    return start(now)
  } catch (cause) {
    return Promise.reject(cause)
  }
}

// Other failures say nothing about the load: no host is there, or the statement is wrong.
const isOverload = ({ reason }: CassandraError): boolean =>
  reason._tag === "TimedOut" || reason._tag === "Overloaded"

/** Whether a server said so, and not the driver for want of an answer. */
const isAnswer = ({ reason }: CassandraError): boolean =>
  reason._tag !== "Unreachable" &&
  (reason._tag !== "TimedOut" || asDriverError(reason.cause).name !== "OperationTimedOutError")

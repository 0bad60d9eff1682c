/** How many dead letters a redrive tries, how fast, and when it stops by itself. */
import { Clock, Duration, Effect } from "effect"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { rateGrantsASecond } from "./Limits.ts"

/** How a redrive is held back; what is not given holds nothing back. */
export interface RedrivePaceOptions {
  /** Dead letters that are tried at most. */
  readonly limit?: number | undefined
  /** Dead letters a second. */
  readonly rate?: number | undefined
  /** How many are tried between two looks at the failures; the last number is repeated. */
  readonly ramp?: ReadonlyArray<number> | undefined
  /** How many of all tried may fail: a number of them, or a share from 0 to 1. */
  readonly failuresAllowed?: FailuresAllowed | undefined
}

/** How many may fail. */
export type FailuresAllowed =
  | { readonly _tag: "Count"; readonly count: number }
  | { readonly _tag: "Share"; readonly share: number }

/** Holds a redrive back. */
export interface RedrivePace {
  /** How many of `wanted` may be tried now; suspends while the rate asks for it. 0: the redrive is over. */
  readonly admit: (wanted: number) => Effect.Effect<number>
  /** What came of them. */
  readonly tried: (letters: number, failed: number) => void
  /** Why the redrive is over; undefined while it is not. */
  readonly stoppedBy: () => "limit" | "failures" | undefined
}

/**
 * Makes the pace of one redrive.
 *
 * With a ramp, failures are looked at after each of its steps; without one, after each batch. More than are allowed
 * end the redrive. Where a ramp is given and no number, none is allowed.
 */
export const makeRedrivePace = (options: RedrivePaceOptions): Effect.Effect<RedrivePace> =>
  Effect.map(Clock.Clock, (clock) => {
    const { failuresAllowed, limit = Number.POSITIVE_INFINITY, ramp = [], rate } = options
    let admitted = 0
    let tried = 0
    let failed = 0
    let step = 0
    let leftInStep = ramp[0] ?? Number.POSITIVE_INFINITY
    let nextAt = Number.NEGATIVE_INFINITY
    let stoppedBy: "limit" | "failures" | undefined

    const hasTooManyFailures = (): boolean => {
      if (failuresAllowed === undefined) return ramp.length > 0 && failed > 0
      return failuresAllowed._tag === "Count"
        ? failed > failuresAllowed.count
        : failed > failuresAllowed.share * tried
    }
    /** Waits for the turn of the next letters, which then takes as long as they do at this rate. */
    const turn = (letters: number, perSecond: number) =>
      Effect.suspend(() => {
        const now = monotonicMillis(clock)
        const waits = Math.max(0, nextAt - now)
        nextAt = Math.max(now, nextAt) + (letters / perSecond) * 1000
        return waits > 0 ? Effect.sleep(Duration.millis(waits)) : Effect.void
      })

    return {
      admit: Effect.fnUntraced(function* (wanted) {
        if (stoppedBy !== undefined) return 0
        const grant = rate === undefined ? wanted : Math.max(1, Math.floor(rate / rateGrantsASecond))
        const letters = Math.min(wanted, limit - admitted, leftInStep, grant)
        if (rate !== undefined) yield* turn(letters, rate)
        admitted += letters
        leftInStep -= letters
        return letters
      }),
      tried: (letters, failures) => {
        tried += letters
        failed += failures
        if (admitted >= limit) stoppedBy = "limit"
        const isStepOver = leftInStep <= 0
        if ((ramp.length === 0 || isStepOver) && hasTooManyFailures()) stoppedBy = "failures"
        if (!isStepOver) return
        step = Math.min(step + 1, ramp.length - 1)
        leftInStep = ramp[step] ?? Number.POSITIVE_INFINITY
      },
      stoppedBy: () => stoppedBy
    }
  })

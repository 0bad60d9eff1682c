/** Logs dead letters: a few each second one by one, the others as counts, so that a flood of them is a few lines. */
import { Clock, Duration, Effect, LogLevel, Result } from "effect"
import type { DeadLetterReason, HandlingFailure } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import type { Unpublished } from "../pipeline/BatchAttempt.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { deadLetterCountsMillis, deadLetterLinesPerSecond } from "./Limits.ts"

/** A dead letter of either stream, once it is published. */
export type DeadLettered = Unpublished<{ readonly order_id: bigint }, HandlingFailure, DeadLetterReason>

/** The log of the dead letters of one process. */
export interface DeadLetterLog {
  /** Logs dead letters whose publish was confirmed. */
  readonly published: (stream: StreamName, letters: ReadonlyArray<DeadLettered>) => Effect.Effect<void>
  /** Logs how many were not logged one by one, every {@link deadLetterCountsMillis} in which there were any; never ends. */
  readonly watch: Effect.Effect<never>
  /** Logs what `watch` has not logged yet. */
  readonly flush: Effect.Effect<void>
}

/** Which dead letters are logged one by one at Info: {@link deadLetterLinesPerSecond}, or one of each reason in all. */
export type DeadLettersListed = "some a second" | "one of each reason"

/**
 * Makes the log of one process.
 *
 * **Shape**: at Info, a line for those that are `listed`, with the ids of the message and of the order (where the
 * message could be read), and counts per reason of the others; at Debug, a line for each. `error` is the one of the
 * dead letter, and quotes no value of the message.
 */
export const makeDeadLetterLog = (
  listed: DeadLettersListed = "some a second"
): Effect.Effect<DeadLetterLog> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const seen = new Set<DeadLetterReason>()
    const unlisted = new Map<DeadLetterReason, number>()
    let secondBegan = Number.NEGATIVE_INFINITY
    let listedInSecond = 0

    const takesLine = (reason: DeadLetterReason): boolean => {
      if (listed === "one of each reason") return seen.size < seen.add(reason).size
      const now = monotonicMillis(clock)
      if (now - secondBegan >= 1_000) {
        secondBegan = now
        listedInSecond = 0
      }
      return listedInSecond++ < deadLetterLinesPerSecond
    }

    const flush = Effect.suspend(() => {
      if (unlisted.size === 0) return Effect.void
      const counts = [...unlisted].map(([reason, count]) => `${count} ${reason}`).join(", ")
      unlisted.clear()
      return Effect.logInfo(`dead letters, not logged one by one: ${counts}`)
    })

    return {
      published: Effect.fnUntraced(function* (stream, letters) {
        const isDebugging = yield* LogLevel.isEnabled("Debug")
        for (const { decoded, letter } of letters) {
          const isListed = takesLine(letter.reason)
          if (!isListed) unlisted.set(letter.reason, (unlisted.get(letter.reason) ?? 0) + 1)
          if (isListed || isDebugging) yield* lineOf(stream, decoded, letter, isListed ? "Info" : "Debug")
        }
      }),
      watch: Effect.forever(Effect.delay(flush, Duration.millis(deadLetterCountsMillis))),
      flush
    }
  })

const lineOf = (
  stream: StreamName,
  { decoded, delivery }: DeadLettered["decoded"],
  { error, path, reason }: DeadLettered["letter"],
  level: "Info" | "Debug"
): Effect.Effect<void> =>
  Effect.logWithLevel(level)(`dead letter: ${reason}`).pipe(
    Effect.annotateLogs({
      stream,
      messageId: delivery.messageId,
      ...(Result.isSuccess(decoded) ? { orderId: decoded.success.order_id } : {}),
      ...(path === undefined ? {} : { path }),
      error
    })
  )

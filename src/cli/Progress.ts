/** Shows how far a long command has come. */
import { Context, Duration, Effect } from "effect"
import { progressLiveMillis, progressSummarySeconds } from "./Limits.ts"
import { LogFormat } from "./Logging.ts"
import { Screen } from "./Screen.ts"

/** Whether something else shows how far the work has come; then there is nothing to show here. */
export const IsProgressShown = Context.Reference<boolean>("counterfoil/cli/IsProgressShown", {
  defaultValue: () => false
})

/**
 * Shows `line` while the work goes on: on a terminal as a live line, elsewhere as a log line at Info every 10 s, or
 * `summaryEvery`, where it has changed. An empty line is not shown: while a question stands on the terminal, nothing is drawn below it.
 *
 * Showing it never delays the work and ends with it; the live line is removed then.
 */
export const withProgress =
  <R>(line: Effect.Effect<string, never, R>, summaryEvery = Duration.seconds(progressSummarySeconds)) =>
  <A, E, R2>(work: Effect.Effect<A, E, R2>): Effect.Effect<A, E, R | R2> =>
    Effect.gen(function* () {
      if (yield* IsProgressShown) return yield* work
      const screen = yield* Screen
      const isLive = screen.canRedraw && (yield* LogFormat) === "pretty"
      let last = ""
      const summarise = (text: string): Effect.Effect<void> => {
        if (text === last || text === "") return Effect.void
        last = text
        return Effect.logInfo(text)
      }
      const showing = isLive
        ? Effect.delay(Effect.map(line, screen.setLive), Duration.millis(progressLiveMillis))
        : Effect.delay(Effect.flatMap(line, summarise), summaryEvery)
      return yield* Effect.raceFirst(work, Effect.forever(showing)).pipe(
        Effect.ensuring(Effect.sync(() => screen.setLive("")))
      )
    })

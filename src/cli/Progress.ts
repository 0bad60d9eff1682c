/** Shows how far a long command has come. */
import { Duration, Effect } from "effect"
import { progressLiveMillis, progressSummarySeconds } from "./Limits.ts"
import { Screen } from "./Screen.ts"

/**
 * Shows `line` while the work goes on: on a terminal as a live line, elsewhere as a line every 10 s.
 *
 * Showing it never delays the work and ends with it; the live line is removed then.
 */
export const withProgress =
  <R>(line: Effect.Effect<string, never, R>) =>
  <A, E, R2>(work: Effect.Effect<A, E, R2>): Effect.Effect<A, E, R | R2> =>
    Effect.flatMap(Screen, (screen) => {
      const show = Effect.map(line, screen.isTerminal ? screen.setLive : screen.writeLine)
      const pause = screen.isTerminal
        ? Duration.millis(progressLiveMillis)
        : Duration.seconds(progressSummarySeconds)
      const showing = Effect.forever(Effect.delay(show, pause))
      return Effect.raceFirst(work, showing).pipe(Effect.ensuring(Effect.sync(() => screen.setLive(""))))
    })

/** Shows on a terminal how a process is, while it works. */
import { Duration, Effect } from "effect"
import { Recorder } from "../telemetry/Recorder.ts"
import { liveViewMillis } from "./Limits.ts"
import { makeFrameReader } from "./LiveFrame.ts"
import { liveViewText, paintOf } from "./LiveViewText.ts"
import { LogFormat } from "./Logging.ts"
import { IsProgressShown } from "./Progress.ts"
import { Screen } from "./Screen.ts"
import { OutputWidth } from "./TextWidth.ts"

/**
 * While the work goes on, a few lines below the log say how the process is, in the words of the page. They are drawn anew in
 * their place once a second, and gone at the end; no other progress is shown then. Nothing of it where standard output or
 * standard error is no terminal, where the log is JSON, or where the terminal is a plain one.
 *
 * **Guarantee**: never delays the work.
 */
export const withLiveView = <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Recorder> =>
  Effect.gen(function* () {
    const screen = yield* Screen
    const isOutputTerminal = Number.isFinite(yield* OutputWidth)
    if (!screen.canRedraw || !isOutputTerminal || (yield* LogFormat) !== "pretty") return yield* work
    const newest = makeFrameReader(yield* Recorder)
    const show = Effect.sync(() => {
      const frame = newest()
      if (frame !== undefined) screen.setLive(liveViewText(frame, screen.columns()), paintOf(frame.tone))
    })
    const showing = Effect.forever(Effect.delay(show, Duration.millis(liveViewMillis)))
    return yield* Effect.raceFirst(Effect.provideService(work, IsProgressShown, true), showing).pipe(
      Effect.ensuring(Effect.sync(() => screen.setLive("")))
    )
  })

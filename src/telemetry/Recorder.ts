/** The flight recorder: makes a frame each second of what health and metrics hold, and keeps the last hour. */
import { Clock, Context, Duration, Effect, Layer } from "effect"
import { streamNames } from "../domain/StreamName.ts"
import { FlowCounts } from "./FlowCounts.ts"
import { encodeFrame, frameColumns } from "./Frame.ts"
import { FrameRing } from "./FrameRing.ts"
import { Health } from "./Health.ts"
import { frameMillis } from "./Limits.ts"
import { Metrics } from "./Metrics.ts"
import { masked } from "./RecentDeadLetters.ts"
import { statusSentence } from "./StatusSentence.ts"

/** What is asked of the recorder. */
export interface RecordingQuery {
  /** The number of the last frame that is known; 0 for all there are. */
  readonly since: number
  /** Whether dead letters are among it; masked, of the ids of orders and payments only the end is. */
  readonly deadLetters: "shown" | "masked" | "hidden"
  /** How many frames at most. Left out: those of one answer. */
  readonly atMost?: number
}

/**
 * The flight recorder.
 *
 * **Guarantee**: nothing of it is done for a message; its memory is bounded (G6).
 */
export class Recorder extends Context.Service<
  Recorder,
  {
    /**
     * What was recorded after a frame.
     *
     * **Shape**: JSON `{run, process, version, columns, waitingRoomMax, grace, frames, next, hasMore, deadLetters,
     * processes}`; numbers of 64 bits as text; `run` differs from run to run; `deadLetters` are those since the frame, or
     * null where they are not to be shown.
     */
    readonly recording: (query: RecordingQuery) => string
    /** Makes a frame now; for the last moment before an end. */
    readonly record: Effect.Effect<void>
  }
>()("counterfoil/telemetry/Recorder") {
  /** Records for the life of the layer. */
  static readonly layer = (appVersion: string): Layer.Layer<Recorder, never, Health | Metrics> =>
    Layer.effect(Recorder, make(appVersion))
}

const make = Effect.fnUntraced(function* (appVersion: string) {
  const clock = yield* Clock.Clock
  const health = yield* Health
  const metrics = yield* Metrics
  const run = `${clock.currentTimeMillisUnsafe()}-${process.pid}`
  const ring = new FrameRing()
  const counts = new FlowCounts()

  const record = Effect.sync(() => {
    const atMillis = clock.currentTimeMillisUnsafe()
    const snapshot = metrics.snapshot()
    const parts = health.current()
    const rates = counts.rates(atMillis, snapshot)
    const { orders, payments } = snapshot.streams
    const sentence = statusSentence({
      parts,
      nowMillis: atMillis,
      storedPerSecond: rates.storedPerSecond,
      behindSeconds: snapshot.behindSeconds,
      waiting: payments.totals.waiting,
      held: [orders, payments].reduce((sum, { totals }) => sum + totals.inFlight + totals.retrying, 0),
      paused: streamNames.filter((stream) => snapshot.streams[stream].reading.pausedBy !== undefined),
      heldUpBy: snapshot.heldUpBy
    })
    const { system, user } = process.cpuUsage()
    const use = {
      residentMiB: process.memoryUsage.rss() / 1024 / 1024,
      cpuSeconds: (system + user) / 1e6
    }
    ring.add(encodeFrame({ atMillis, sentence, parts, metrics: snapshot, rates, use }))
  })

  const recording = ({ atMost, deadLetters, since }: RecordingQuery): string => {
    const { hasMore, json, next } = ring.since(since, atMost)
    const { processes, processor } = metrics.snapshot()
    const rest = JSON.stringify({
      run,
      version: appVersion,
      ...processor,
      columns: frameColumns,
      next,
      hasMore,
      deadLetters:
        deadLetters === "hidden"
          ? null
          : deadLetters === "masked"
            ? metrics.deadLetters.newest().map(masked)
            : metrics.deadLetters.newest(),
      processes
    })
    return `${rest.slice(0, -1)},"frames":${json}}`
  }

  // supervised: it only looks and sleeps, and ends with the layer
  yield* Effect.forkScoped(Effect.forever(Effect.andThen(record, Effect.sleep(Duration.millis(frameMillis)))))
  return Recorder.of({ recording, record })
})

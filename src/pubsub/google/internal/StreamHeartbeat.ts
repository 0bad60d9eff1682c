import { type Clock, Effect } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { ReconnectingStream } from "./ReconnectingStream.ts"

/** What a heartbeat needs to know. */
export interface Heartbeat {
  readonly streams: ReadonlyArray<ReconnectingStream>
  readonly options: ResolvedOptions
  readonly isEmulator: boolean
  readonly clock: Clock.Clock
  readonly isPaused: () => boolean
}

/** Shows on each stream that we are there, and rebuilds those on which the service does not answer; emulators never do. */
export const keepHeartbeat = ({
  streams,
  options,
  isEmulator,
  clock,
  isPaused
}: Heartbeat): Effect.Effect<never> => {
  const beat = Effect.sync(() => {
    for (const { current } of streams) current?.beat()
  })
  const listen = Effect.suspend(() => {
    const beatAt = monotonicMillis(clock)
    const beaten = streams.map(({ current }) => current)
    return Effect.map(Effect.sleep(options.heartbeatAnswerMillis), () => {
      if (isPaused()) return
      for (const stream of beaten) if (stream !== undefined && stream.heardAt < beatAt) stream.cancel()
    })
  })
  return Effect.sleep(options.heartbeatMillis).pipe(
    Effect.andThen(beat),
    Effect.andThen(isEmulator ? Effect.void : listen),
    Effect.forever
  )
}

/** What health and metrics read from the streams of a processor. */
import type { StreamName } from "../domain/StreamName.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import type { PauseReason } from "../telemetry/StreamSeries.ts"
import type { WatchedStream } from "./HealthMonitor.ts"
import type { ProcessorParts, Stream } from "./ProcessorParts.ts"
import type { ReadStream } from "./StreamReadings.ts"

/** Both streams, as health and metrics watch them. */
export const watchedStreams = ({ orders, payments, waitingRoom }: ProcessorParts) => {
  const watched = (
    stream: StreamName,
    { ledger, pipeline, subscription }: Stream,
    isRoomFull: () => boolean
  ): WatchedStream & ReadStream => {
    const pausedBy = () => pauseReasonOf(pipeline) ?? (isRoomFull() ? "waiting-room-full" : undefined)
    const retrying = () => ledger.totals().retrying
    const pausedBecause = () => {
      const reason = pausedBy()
      return reason === undefined ? undefined : pauseSentences[reason](retrying())
    }
    return { stream, subscription, ledger, retrying, pausedBy, pausedBecause }
  }
  return [watched("orders", orders, () => false), watched("payments", payments, waitingRoom.isFull)]
}

const pauseReasonOf = ({ blockedBy }: Pipeline): PauseReason | undefined => {
  switch (blockedBy()) {
    case "retries":
      return "max-retrying"
    case "dead letters":
      return "slow-dead-letters"
    case undefined:
      return undefined
  }
}

const pauseSentences: Readonly<Record<PauseReason, (retrying: number) => string>> = {
  "max-retrying": (retrying) => `${retrying} deliveries are being retried (MAX_RETRYING)`,
  "slow-dead-letters": () => "the dead-letter topic takes dead letters more slowly than they come",
  "waiting-room-full": () => "the waiting room is full (WAITING_ROOM_MAX, WAITING_ROOM_BYTES)"
}

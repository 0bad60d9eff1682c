/** What health and metrics read from the streams of a processor, whether or not its intake is open. */
import { Effect } from "effect"
import type { StreamName } from "../domain/StreamName.ts"
import type { ReportedError } from "../pipeline/BatchAttempt.ts"
import type { Pipeline } from "../pipeline/Pipeline.ts"
import type { PauseReason } from "../telemetry/StreamSeries.ts"
import type { WatchedStream } from "./HealthMonitor.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import type { ProcessorParts } from "./ProcessorParts.ts"
import type { StreamStatus } from "./StreamEvidence.ts"
import { nothingRead, progressOf, type ReadStream } from "./StreamReadings.ts"

/** Both streams, as health and metrics watch them. `closedBecause`: why the intake is closed, while it is. */
export const watchedStreams = (
  { intake, ledgers }: ProcessorParts,
  { maxRetrying }: Pick<ProcessingSettings, "maxRetrying">,
  closedBecause: () => ReportedError
): ReadonlyArray<WatchedStream & ReadStream> => {
  const watched = (stream: StreamName, isRoomFull: () => boolean): WatchedStream & ReadStream => {
    const ledger = ledgers[stream]
    const pausedBy = () => {
      const open = intake()
      if (open === undefined) return undefined
      return pauseReasonOf(open[stream].pipeline) ?? (isRoomFull() ? "waiting-room-full" : undefined)
    }
    const retrying = () => ledger.totals().retrying
    const pausedBecause = () => {
      const reason = pausedBy()
      return reason === undefined ? undefined : pauseSentences[reason](retrying())
    }
    let leasesLost = 0
    let last = 0
    const status: Effect.Effect<StreamStatus> = Effect.suspend(
      () => intake()?.[stream].subscription.status ?? closed(closedBecause())
    )
    const subscription = {
      // Each time it is opened, a subscription counts from zero.
      status: Effect.map(status, (now) => {
        leasesLost += now.leasesLost - (now.leasesLost < last ? 0 : last)
        last = now.leasesLost
        return { ...now, leasesLost }
      }),
      progress: Effect.suspend(() => {
        const open = intake()
        return open === undefined ? Effect.succeed(nothingRead) : progressOf(open[stream].subscription)
      })
    }
    const used = () => {
      const open = intake()
      return {
        slots: open?.[stream].pipeline.slotShare() ?? 0,
        "waiting-room": stream === "payments" ? (open?.waitingRoom.share() ?? 0) : 0,
        "retry-places": retrying() / maxRetrying
      }
    }
    return { stream, subscription, ledger, retrying, pausedBy, pausedBecause, used }
  }
  return [watched("orders", () => false), watched("payments", () => intake()?.waitingRoom.isFull() ?? false)]
}

const closed = (error: ReportedError): Effect.Effect<StreamStatus> =>
  Effect.succeed({
    connected: false,
    trouble: error.message,
    error,
    received: 0,
    held: 0,
    acked: 0,
    released: 0,
    lost: 0,
    leasesLost: 0,
    outstandingShare: 0
  })

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

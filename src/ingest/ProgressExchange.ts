/** Exchanges with the other processes how far each has come with the orders; decides when orders have to be given back (G5). */
import { Clock, Duration, Effect, Latch } from "effect"
import { ProgressTable } from "../facts/ProgressTable.ts"
import { givenBackSeconds } from "../pubsub/Limits.ts"
import type { ProcessSeen } from "../telemetry/MetricsSnapshot.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import {
  earlyReleaseLateMillis,
  earlyReleaseMillis,
  freezeMillis,
  lastRowMillis,
  progressReadMillis,
  progressRenewMillis,
  progressTickMillis,
  thawMillis,
  verdictMillis
} from "./Limits.ts"
import type { OrdersProgress, OrdersReport } from "./OrdersProgress.ts"
import { makeOwnProgressRow, type OwnProgressRow } from "./OwnProgressRow.ts"
import { type HeldUp, type ProgressReading, ProgressReadings } from "./ProgressReadings.ts"
import { PubSubHearing } from "./PubSubHearing.ts"
import { type UnmatchedVerdict, unmatchedVerdict } from "./UnmatchedVerdict.ts"

/** What is exchanged, and where it comes from. */
export interface ProgressExchangeOptions {
  /** This run of this process; no other has the same. */
  readonly process: string
  readonly progress: OrdersProgress
  readonly graceMillis: number
  readonly intake: IntakeState
}

/** What the exchange has to know of the intake of this process, which may be closed at times. */
export interface IntakeState {
  readonly isOpen: () => boolean
  /** Payments in the waiting room. */
  readonly waiting: () => number
  /** For how long one of them waits at most. **Units**: milliseconds. */
  readonly longestMillis: () => number
  /** Has verdicts given on what waits; answers on how many of those whose grace is over there can be none yet. */
  readonly reconsider: (verdict: UnmatchedVerdict) => Effect.Effect<number>
  /** Since when an order is held that has no fate. **Units**: ms of a monotonic clock. */
  readonly heldSinceMillis: () => number | undefined
  /** When an order was stored last. **Units**: ms of a monotonic clock. */
  readonly storedAtMillis: () => number
  /** Asks Pub/Sub for a word, and does not wait for it. */
  readonly probe: Effect.Effect<void>
  /** Asks Pub/Sub anything while the intake is closed; whether it answered. */
  readonly askPubSub: Effect.Effect<boolean>
  /** Verdicts are held up by that process, or by none. */
  readonly onHeldUp: (heldUp: HeldUp | undefined) => Effect.Effect<void>
  /** The rows were read. */
  readonly onRead: (processes: ReadonlyArray<ProcessSeen>) => void
}

/** The exchange of one process. */
export interface ProgressExchange {
  readonly own: OwnProgressRow
  /** Keeps the row, reads those of the others; never ends. */
  readonly run: Effect.Effect<never>
  /** The verdicts that can be given now; undefined where none can. Read before the look-up that they need. */
  readonly verdict: Effect.Effect<UnmatchedVerdict | undefined>
  /** Whether an order that was received then has to be given back: its process is about to be forgotten by the others. */
  readonly mustGiveBack: (receivedAtMillis: number) => boolean
  /** Suspends until the streams have to be closed, from now on. */
  readonly mustClose: Effect.Effect<void>
  /** The last word to the others, once everything is given back. */
  readonly end: Effect.Effect<void>
}

/** Makes the exchange of one process. */
export const makeProgressExchange = (
  options: ProgressExchangeOptions
): Effect.Effect<ProgressExchange, never, ProgressTable> =>
  Effect.gen(function* () {
    const { graceMillis, intake, progress } = options
    const { givenBack, pubSubTime, report } = progress
    const table = yield* ProgressTable
    const clock = yield* Clock.Clock
    const now = () => monotonicMillis(clock)
    const readings = new ProgressReadings()
    const hearing = new PubSubHearing()
    const closing = yield* Latch.make(false)
    let reading: ProgressReading | undefined
    let lookedAt = now()
    let thawsAt = Number.NEGATIVE_INFINITY
    let leastRenewal = 1
    let freezes = 0

    const own = yield* makeOwnProgressRow({
      table,
      process: options.process,
      progress: Effect.map(report, (own) => ({
        watermarkMicros: own.watermarkMicros,
        orderIds: own.orderIds,
        hasWaitingPayments: intake.waiting() > 0
      })),
      mayRenew: () => {
        noticeFreeze()
        return now() >= thawsAt && !hearing.isUnheard(now())
      }
    })
    const isOverdue = () => now() - own.renewedAtMillis() >= earlyReleaseMillis

    /** What was read or claimed before a freeze is worth nothing after it. */
    const noticeFreeze = (): void => {
      const gap = now() - lookedAt
      lookedAt = now()
      if (gap < freezeMillis) return
      freezes += 1
      reading = undefined
      readings.forget()
      leastRenewal = own.begun() + 1
      thawsAt = now() + thawMillis
      // The streams are closed then, and what had arrived on them meanwhile comes again, somewhere.
      if (isOverdue()) givenBack.noteUnknown(givenBackSeconds * 1_000)
    }

    const isWanted = () => intake.waiting() > 0 && intake.longestMillis() >= graceMillis

    const verdictBy = (current: ProgressReading, ownReport: OrdersReport): UnmatchedVerdict => {
      const freezesBefore = freezes
      return unmatchedVerdict({
        reading: current,
        own: ownReport,
        graceMillis,
        isDue: () => {
          noticeFreeze()
          return freezes === freezesBefore && now() - current.startedAtMillis < verdictMillis
        }
      })
    }

    const verdict = Effect.suspend((): Effect.Effect<UnmatchedVerdict | undefined> => {
      noticeFreeze()
      const current = reading
      if (current === undefined) return Effect.undefined
      return Effect.map(report, (ownReport) => verdictBy(current, ownReport))
    })

    const read = Effect.gen(function* () {
      noticeFreeze()
      const startedAtMillis = now()
      const expected = { process: own.process, renewal: Math.max(own.confirmed(), leastRenewal) }
      const rows = yield* table.readAll
      noticeFreeze()
      // One that was under way during a freeze says what was before it.
      if (expected.renewal < leastRenewal) return
      const taken = readings.take(rows, { startedAtMillis }, expected)
      reading = taken
      intake.onRead(taken.processes)
      pubSubTime.sawRow(taken.latestMicros, now())
      if (!isWanted()) return yield* intake.onHeldUp(undefined)
      const heldUp = yield* intake.reconsider(verdictBy(taken, yield* report))
      yield* intake.onHeldUp(heldUp === 0 ? undefined : taken.heldUpBy)
    }).pipe(
      Effect.catchTag("ProgressTableError", (error) =>
        intake.onHeldUp(isWanted() ? { process: own.process, reason: error.message } : undefined)
      )
    )

    const watch = Effect.gen(function* () {
      const ownReport = yield* report
      hearing.heard(ownReport.heardAtMillis)
      const isAsked = intake.waiting() > 0 || reading?.othersWait === true
      if (intake.isOpen()) {
        if (isAsked || !(ownReport.hasUnsettled || ownReport.isCaughtUp)) {
          yield* intake.probe
          if (now() - ownReport.heardAtMillis >= progressRenewMillis) hearing.asked(now())
        }
        if (isOverdue() && isStuck(intake, now())) closing.openUnsafe()
      } else if (hearing.isUnheard(now()) && (yield* intake.askPubSub)) hearing.heard(now())
    })

    return {
      own,
      run: Effect.raceAllFirst([
        own.run,
        repeatRead(read, isWanted, now),
        everyTick(watch),
        everyTick(Effect.sync(noticeFreeze))
      ]),
      verdict,
      mustGiveBack: (receivedAtMillis) => isOverdue() && now() - receivedAtMillis >= earlyReleaseMillis,
      mustClose: Effect.suspend(() => {
        closing.closeUnsafe()
        return closing.await
      }),
      end: Effect.flatMap(report, ({ hasUnsettled, mayBeLost, orderIds }) =>
        lastWord(own, hasUnsettled || mayBeLost || orderIds.length > 0)
      )
    }
  })

/** Freezes are noticed by a fiber of its own: the others may wait for an answer for long. */
const everyTick = (work: Effect.Effect<void>): Effect.Effect<never> =>
  Effect.forever(Effect.andThen(work, Effect.sleep(Duration.millis(progressTickMillis))))

const lastWord = (own: OwnProgressRow, isNeeded: boolean): Effect.Effect<void> =>
  own.end(isNeeded).pipe(
    Effect.timeoutOption(Duration.millis(lastRowMillis)),
    Effect.catchTag("ProgressTableError", (error) =>
      Effect.logInfo(`${error.message}; the others learn of the stop a minute later`)
    ),
    Effect.asVoid
  )

/** Reads once a second while it is wanted, else as often as rows are renewed. */
const repeatRead = Effect.fnUntraced(function* (
  read: Effect.Effect<void>,
  isWanted: () => boolean,
  now: () => number
): Effect.fn.Return<never> {
  for (;;) {
    const startedAt = now()
    yield* read
    yield* Effect.sleep(Duration.millis(progressReadMillis))
    // In steps: payments that become old enough do not wait for the end of a long pause.
    while (!isWanted() && now() - startedAt < progressRenewMillis)
      yield* Effect.sleep(Duration.millis(progressTickMillis))
  }
})

/** Whether no order was stored for long, or one that was to be given back is here still. */
const isStuck = (
  { heldSinceMillis, storedAtMillis }: Pick<IntakeState, "heldSinceMillis" | "storedAtMillis">,
  now: number
): boolean => {
  const heldSince = heldSinceMillis()
  return (
    now - storedAtMillis() >= earlyReleaseMillis ||
    (heldSince !== undefined && now - heldSince >= earlyReleaseLateMillis)
  )
}

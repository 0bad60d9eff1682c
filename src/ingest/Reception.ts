/** Attends the waiting room: lets payments in, looks their orders up again, and sees them out. */
import { Clock, Deferred, Duration, Effect, Result } from "effect"
import type { Fate } from "../domain/Fate.ts"
import type { Payment } from "../domain/Payment.ts"
import { copyOutOfResponse } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { Metrics } from "../telemetry/Metrics.ts"
import type { WaitOutcome } from "../telemetry/WaitSeries.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { recheckBatch, recheckBatchesAtOnce } from "./Limits.ts"
import type { Pipeline } from "./Pipeline.ts"
import type { ProcessingSettings } from "./ProcessingSettings.ts"
import type { Guest } from "./Seats.ts"
import { makeWaitingRoom } from "./WaitingRoom.ts"
import type { Work } from "./Work.ts"

/** The attendant of the waiting room. */
export interface Reception {
  /** Lets a payment wait; false once stopped. Undefined with a grace of 0, where none waits. */
  readonly admit: ((work: Work<Payment>) => Effect.Effect<boolean>) | undefined
  /** Makes payments of these orders due at once. */
  readonly wake: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<void>
  /** Attends until `stop`; then releases everyone. */
  readonly run: (pipeline: Pipeline<Payment>, watermark: Effect.Effect<number>) => Effect.Effect<void>
  readonly stop: Effect.Effect<void>
  /** Once `run` is interrupted: forgets everyone, and says how many; closing the subscription releases them. */
  readonly giveUp: Effect.Effect<number>
  readonly occupancy: () => number
  /** Whether payments stand before a full room. */
  readonly isFull: () => boolean
}

/** Opens a waiting room over the payments subscription. */
export const makeReception = (
  processing: ProcessingSettings,
  payments: Subscription
): Effect.Effect<Reception, never, Metrics> =>
  Effect.gen(function* () {
    const metrics = yield* Metrics
    const room = yield* makeWaitingRoom({
      maxMessages: processing.waitingRoomMax,
      maxBytes: processing.waitingRoomBytes,
      grace: processing.paymentGrace
    })
    yield* metrics.watchWaits(room.longestMillis)
    const graceMicros = Duration.toMillis(processing.paymentGrace) * 1_000
    const stopping = yield* Deferred.make<void>()
    let atDoor = 0

    const dismiss = Effect.fnUntraced(function* (guests: ReadonlyArray<Guest>) {
      const now = monotonicMillis(yield* Clock.Clock)
      yield* room.dismiss(guests)
      yield* metrics.waitedFor(guests.map(({ sinceMillis }) => now - sinceMillis))
    })

    const untilStopped = <A>(effect: Effect.Effect<A>): Effect.Effect<A | undefined> =>
      Effect.raceFirst(Effect.as(Deferred.await(stopping), undefined), effect)

    const admit = Effect.fnUntraced(function* (work: Work<Payment>) {
      if (Result.isFailure(work.decoded)) return false
      const orderId = work.decoded.success.order_id
      atDoor++
      const admitted = (yield* untilStopped(Effect.as(room.admit(orderId, work), true))) ?? false
      atDoor--
      // Not sooner: at the door it still counts as outstanding, or there would be no limit to what stands there.
      if (admitted) yield* payments.setAside([work.delivery])
      if (admitted) copyOutOfResponse([work.delivery])
      return admitted
    })

    /** Attends once; answers whether to go on. */
    const attend = Effect.fnUntraced(function* (
      pipeline: Pipeline<Payment>,
      watermark: Effect.Effect<number>
    ) {
      const due = yield* untilStopped(room.takeDue(recheckBatch * recheckBatchesAtOnce))
      if (due === undefined) return false
      // Read before the table is: an order stored after this reading was not yet behind the watermark.
      const passed = yield* watermark
      yield* Effect.forEach(chunksOf(due), (guests) => lookUp(pipeline, guests, passed), {
        concurrency: "unbounded",
        discard: true
      })
      return true
    })

    const lookUp = Effect.fnUntraced(function* (
      pipeline: Pipeline<Payment>,
      guests: ReadonlyArray<Guest>,
      passed: number
    ) {
      const waitedEnough = new Set<Work<Payment>>()
      for (const guest of guests) {
        // By the grace: in a backlog, too, an order published that long after its payment is waited for.
        const behind = guest.work.delivery.publishTimeMicros + graceMicros < passed
        if (behind && (yield* room.graceIsOver(guest))) waitedEnough.add(guest.work)
      }
      const { again, unmatched, fates } = yield* pipeline.attempt(
        guests.map(({ work }) => work),
        (work) => !waitedEnough.has(work),
        "lookup"
      )
      const staying = new Set([...again, ...unmatched])
      const [kept, gone] = partition(guests, (guest) => staying.has(guest.work))
      yield* room.keep(kept)
      yield* dismiss(gone)
      let released = gone.length
      for (const [fate, payments] of fates) {
        released -= payments
        yield* metrics.waited(outcomeOf(fate), payments)
      }
      // Those whose lease was lost meanwhile: they come again.
      yield* metrics.waited("released", released)
    })

    const seeOut = Effect.fnUntraced(function* (pipeline: Pipeline<Payment>) {
      const guests = yield* room.takeRest
      yield* dismiss(guests)
      yield* metrics.waited("released", guests.length)
      yield* pipeline.release(guests.map(({ work }) => work))
    })

    return {
      admit: Duration.toMillis(processing.paymentGrace) === 0 ? undefined : admit,
      wake: room.wake,
      run: Effect.fnUntraced(function* (pipeline, watermark) {
        // Those who only wait are released at once; a lookup under way ends first, and its guests go then.
        const attending = Effect.repeat(attend(pipeline, watermark), { while: (goOn) => goOn })
        const stopped = Effect.andThen(Deferred.await(stopping), seeOut(pipeline))
        yield* Effect.all([attending, stopped], { concurrency: "unbounded", discard: true })
        yield* seeOut(pipeline)
      }),
      stop: Effect.asVoid(Deferred.succeed(stopping, undefined)),
      giveUp: Effect.gen(function* () {
        const guests = yield* room.takeAll
        yield* dismiss(guests)
        yield* metrics.waited("released", guests.length)
        return guests.length
      }),
      occupancy: room.occupancy,
      isFull: () => atDoor > 0
    }
  })

const outcomeOf = (fate: Fate): WaitOutcome =>
  fate === "payment-matched" || fate === "payment-superseded" ? fate : "dead-lettered"

const chunksOf = (guests: ReadonlyArray<Guest>): ReadonlyArray<ReadonlyArray<Guest>> => {
  const chunks: Array<ReadonlyArray<Guest>> = []
  for (let start = 0; start < guests.length; start += recheckBatch)
    chunks.push(guests.slice(start, start + recheckBatch))
  return chunks
}

const partition = (guests: ReadonlyArray<Guest>, stays: (guest: Guest) => boolean) => {
  const kept: Array<Guest> = []
  const gone: Array<Guest> = []
  for (const guest of guests) (stays(guest) ? kept : gone).push(guest)
  return [kept, gone] as const
}

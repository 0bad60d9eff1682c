/** Holds early payments, leased, until their order comes or it is certain enough that none will (G5). */
import { Clock, Duration, Effect, Latch, Semaphore } from "effect"
import type { Payment } from "../domain/Payment.ts"
import { type Backoff, backoffMillis } from "../time/Backoff.ts"
import { retryJitter } from "../time/Limits.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { recheckBaseMillis, recheckCapMillis, waitingRoomTickMillis } from "./Limits.ts"
import { type Guest, Seats } from "./Seats.ts"
import type { Work } from "./Work.ts"

/** How many the room holds, and for how long at least. */
export interface WaitingRoomOptions {
  readonly maxMessages: number
  /** **Units**: bytes as encoded, attributes and ids included. */
  readonly maxBytes: number
  readonly grace: Duration.Duration
}

/** A bounded room of early payments. */
export interface WaitingRoom {
  /** Lets a payment in; suspends while the room is full, which pauses the intake of payments and of nothing else. */
  readonly admit: (orderId: bigint, work: Work<Payment>) => Effect.Effect<void>
  /** Makes the payments of these orders due at once. */
  readonly wake: (orderIds: ReadonlyArray<bigint>) => Effect.Effect<void>
  /** Suspends until payments are due, and takes some, in turn; each must be kept or dismissed. */
  readonly takeDue: (atMost: number) => Effect.Effect<ReadonlyArray<Guest>>
  /** Lets a taken payment wait on, until its next recheck. */
  readonly keep: (guests: ReadonlyArray<Guest>) => Effect.Effect<void>
  /** Lets taken payments go, and others in. */
  readonly dismiss: (guests: ReadonlyArray<Guest>) => Effect.Effect<void>
  /** Takes everyone whom nobody has taken, due or not. */
  readonly takeRest: Effect.Effect<ReadonlyArray<Guest>>
  /** Takes everyone, due or not, taken or not. */
  readonly takeAll: Effect.Effect<ReadonlyArray<Guest>>
  /** Whether a guest was held for the grace. */
  readonly graceIsOver: (guest: Guest) => Effect.Effect<boolean>
  /** Payments in the room, those taken and not yet dismissed included. */
  readonly occupancy: () => number
  /** For how long the guest has waited who has waited longest; 0 while there is none. **Units**: milliseconds. */
  readonly longestMillis: () => number
}

/** Makes an empty room. */
export const makeWaitingRoom = (options: WaitingRoomOptions): Effect.Effect<WaitingRoom> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const graceMillis = Duration.toMillis(options.grace)
    const places = yield* Semaphore.make(options.maxMessages)
    const bytes = yield* Semaphore.make(options.maxBytes)
    const bell = yield* Latch.make(false)
    const seats = new Seats()
    let occupancy = 0

    /** The sooner of the next recheck and the end of the grace. */
    const nextDue = (guest: Guest) =>
      Effect.gen(function* () {
        const now = monotonicMillis(clock)
        const wait = yield* backoffMillis(recheckBackoff, guest.rechecks + 1)
        const graceEnd = guest.sinceMillis + graceMillis
        return graceEnd > now ? Math.min(now + wait, graceEnd) : now + wait
      })

    const admit: WaitingRoom["admit"] = Effect.fnUntraced(function* (orderId: bigint, work: Work<Payment>) {
      const size = Math.min(work.delivery.bytes, options.maxBytes)
      yield* places.take(1)
      yield* bytes.take(size).pipe(Effect.onInterrupt(() => places.release(1)))
      const sinceMillis = monotonicMillis(clock)
      const guest: Guest = {
        work,
        orderId,
        bytes: size,
        sinceMillis,
        dueAtMillis: sinceMillis,
        taken: false,
        rechecks: 0,
        isOverdue: false
      }
      guest.dueAtMillis = yield* nextDue(guest)
      occupancy++
      seats.add(guest)
    })

    const takeDue: WaitingRoom["takeDue"] = Effect.fnUntraced(function* (atMost: number) {
      for (;;) {
        const now = monotonicMillis(clock)
        bell.closeUnsafe()
        const due = seats.take(atMost, (guest) => !guest.taken && guest.dueAtMillis <= now)
        if (due.length > 0) return due
        yield* Effect.raceFirst(Effect.sleep(Duration.millis(waitingRoomTickMillis)), bell.await)
      }
    })

    return {
      admit,
      wake: (orderIds) =>
        Effect.suspend(() => {
          let woken = false
          for (const orderId of orderIds) {
            for (const guest of seats.of(orderId)) {
              guest.dueAtMillis = Number.NEGATIVE_INFINITY
              woken = true
            }
          }
          return woken ? bell.open : Effect.void
        }),
      takeDue,
      keep: Effect.fnUntraced(function* (kept) {
        const now = monotonicMillis(clock)
        for (const guest of kept) {
          guest.rechecks++
          // Mostly it is the watermark that is a moment behind: to be looked at again soon.
          if (!guest.isOverdue && now - guest.sinceMillis >= graceMillis) {
            guest.isOverdue = true
            guest.rechecks = 0
          }
          if (guest.dueAtMillis !== Number.NEGATIVE_INFINITY) guest.dueAtMillis = yield* nextDue(guest)
          guest.taken = false
          // To the end of the queue: however slow the lookups are, everyone who is due has a turn.
          seats.remove(guest)
          seats.add(guest)
        }
      }),
      dismiss: (gone) =>
        Effect.suspend(() => {
          occupancy -= gone.length
          for (const guest of gone) seats.remove(guest)
          const size = gone.reduce((sum, guest) => sum + guest.bytes, 0)
          return places.release(gone.length).pipe(Effect.andThen(bytes.release(size)), Effect.asVoid)
        }),
      takeRest: Effect.sync(() => seats.take(Number.POSITIVE_INFINITY, (guest) => !guest.taken)),
      takeAll: Effect.sync(() => seats.take(Number.POSITIVE_INFINITY, () => true)),
      graceIsOver: (guest) => Effect.sync(() => monotonicMillis(clock) - guest.sinceMillis >= graceMillis),
      occupancy: () => occupancy,
      longestMillis: () => {
        const now = monotonicMillis(clock)
        return now - (seats.oldestMillis ?? now)
      }
    }
  })

const recheckBackoff: Backoff = {
  baseMillis: recheckBaseMillis,
  capMillis: recheckCapMillis,
  jitter: retryJitter
}

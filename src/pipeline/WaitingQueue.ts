/** Deliveries that wait for what they need, beside the slots of their pipeline: bounded, and tried again on a backoff. */
import { Clock, Deferred, Duration, Effect, FiberSet, Latch, type Scope, Semaphore } from "effect"
import { copyOutOfResponse } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { retryDelay } from "../time/Backoff.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import type { BatchAttempt } from "./BatchAttempt.ts"
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import { waitingBatch, waitingTickMillis } from "./Limits.ts"
import type { PipelineOptions } from "./Pipeline.ts"
import { releaseFrom } from "./Release.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** How long deliveries may wait, and how many of them. */
export interface WaitingOptions {
  /** For so long a delivery may wait; after that `dispose` is told, at its next try, that it may not any more. */
  readonly waitFor: Duration.Input
  /** Deliveries that wait; where there are as many, intake pauses. */
  readonly maxMessages: number
  /** Their bytes, beside those of the outstanding limits. **Units**: bytes as encoded, attributes and ids included. */
  readonly maxBytes: number
}

/** What a waiting queue is made of. */
export interface WaitingQueueOptions<A, E, F extends string, R extends string> extends WaitingOptions {
  readonly subscription: Pick<Subscription, "release" | "setAside">
  /** The one of the pipeline, and the attempts that were made with it. */
  readonly ledger: StreamLedger<F>
  readonly attempt: BatchAttempt<A, E, F, R>
}

/** Deliveries that wait. */
export interface WaitingQueue<A, E, F extends string, R extends string> {
  /** For {@link PipelineOptions.admit}. */
  readonly admit: NonNullable<PipelineOptions<A, E, F, R>["admit"]>
  /** Has all tried again at once: what they wait for may have come. */
  readonly wake: Effect.Effect<void>
  /** Tries them again until `stop`; then releases all. */
  readonly run: Effect.Effect<void>
  readonly stop: Effect.Effect<void>
  /** Once `run` is interrupted: ends what runs beside it. Closing the subscription releases what is left. */
  readonly abandon: Effect.Effect<void>
}

/** Makes an empty queue. */
export const makeWaitingQueue = <A, E, F extends string, R extends string>(
  options: WaitingQueueOptions<A, E, F, R>
): Effect.Effect<WaitingQueue<A, E, F, R>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const { attempt, ledger, subscription } = options
    const clock = yield* Clock.Clock
    const now = () => monotonicMillis(clock)
    const waitForMillis = Duration.toMillis(options.waitFor)
    const places = yield* Semaphore.make(options.maxMessages)
    const bytes = yield* Semaphore.make(options.maxBytes)
    const stopping = yield* Deferred.make<void>()
    const wakeUp = yield* Latch.make(false)
    const fibers = yield* FiberSet.make<void, never>()
    const entry = ledger.open("waiting")
    /** Those that are not being tried, in turn. */
    const idle = new Set<Waiting<A, E>>()

    const untilStopped = <B>(effect: Effect.Effect<B>): Effect.Effect<B | undefined> =>
      Effect.raceFirst(Effect.as(Deferred.await(stopping), undefined), effect)

    const mayWait = ({ sinceMillis }: Waiting<A, E>) => now() - sinceMillis < waitForMillis

    /** To the end of the queue, until the sooner of its next try and the end of its time. */
    const putBack = Effect.fnUntraced(function* (waiting: Waiting<A, E>) {
      const backoff = Duration.toMillis(yield* retryDelay(++waiting.tries))
      const untilEnd = waiting.sinceMillis + waitForMillis - now()
      waiting.dueAtMillis = now() + (untilEnd > 0 ? Math.min(backoff, untilEnd) : backoff)
      idle.add(waiting)
    })

    const leave = (gone: ReadonlyArray<Waiting<A, E>>) =>
      Effect.andThen(
        places.release(gone.length),
        bytes.release(gone.reduce((sum, waiting) => sum + waiting.bytes, 0))
      )

    const admit = Effect.fnUntraced(function* (decoded: DecodedDelivery<A, E>, from: LedgerEntry<F>) {
      const size = Math.min(decoded.delivery.bytes, options.maxBytes)
      const room = Effect.andThen(
        places.take(1),
        Effect.onInterrupt(bytes.take(size), () => places.release(1))
      ).pipe(
        // In one step with taking the place: what has one is always in the entry of those that wait.
        Effect.tap(() => Effect.sync(() => from.moveTo(entry, [decoded]))),
        Effect.as(true)
      )
      if ((yield* untilStopped(room)) !== true) return false
      // Not sooner: what stands before a full queue counts as outstanding, or nothing would limit it.
      yield* subscription.setAside([decoded.delivery])
      copyOutOfResponse([decoded.delivery])
      yield* putBack({ decoded, bytes: size, sinceMillis: now(), dueAtMillis: 0, tries: 0 })
      return true
    })

    /** So many of the first in `idle` were woken and not tried since. What is put back goes behind them. */
    let woken = 0

    const takeDue = Effect.gen(function* () {
      for (;;) {
        if (Latch.isOpen(wakeUp)) woken = idle.size
        wakeUp.closeUnsafe()
        // Read once: many thousands may wait.
        const at = now()
        const taken: Array<Waiting<A, E>> = []
        for (const waiting of idle) {
          if (taken.length === waitingBatch) break
          if (taken.length < woken || waiting.dueAtMillis <= at) taken.push(waiting)
        }
        for (const waiting of taken) idle.delete(waiting)
        woken = Math.max(0, woken - taken.length)
        if (taken.length > 0) return taken
        yield* Effect.raceFirst(Effect.sleep(Duration.millis(waitingTickMillis)), wakeUp.await)
      }
    })

    const releaseIdle = Effect.suspend(() => {
      const all = [...idle]
      idle.clear()
      return Effect.andThen(
        releaseFrom(
          subscription,
          all.map(({ decoded }) => decoded),
          entry
        ),
        leave(all)
      )
    })

    const tryAgain = makeTry({ attempt, subscription, entry, fibers, mayWait, putBack, leave })

    return {
      admit,
      wake: Effect.sync(() => wakeUp.openUnsafe()),
      run: Effect.gen(function* () {
        for (;;) {
          const due = yield* untilStopped(takeDue)
          if (due === undefined) break
          yield* tryAgain(due)
        }
        yield* releaseIdle
        yield* FiberSet.awaitEmpty(fibers)
        yield* releaseIdle
      }).pipe(Effect.raceFirst(FiberSet.join(fibers))),
      stop: Effect.asVoid(Deferred.succeed(stopping, undefined)),
      abandon: FiberSet.clear(fibers)
    }
  })

/** A delivery that waits. */
interface Waiting<A, E> {
  readonly decoded: DecodedDelivery<A, E>
  readonly bytes: number
  /** **Units**: ms of a monotonic clock, as `dueAtMillis`. */
  readonly sinceMillis: number
  dueAtMillis: number
  tries: number
}

interface TryOptions<A, E, F extends string, R extends string>
  extends Pick<WaitingQueueOptions<A, E, F, R>, "attempt" | "subscription"> {
  readonly entry: LedgerEntry<F>
  readonly fibers: FiberSet.FiberSet<void>
  readonly mayWait: (waiting: Waiting<A, E>) => boolean
  readonly putBack: (waiting: Waiting<A, E>) => Effect.Effect<void>
  readonly leave: (gone: ReadonlyArray<Waiting<A, E>>) => Effect.Effect<void>
}

/** Tries deliveries that are due; those whose time is over are dead-lettered beside the others, so that a slow topic delays none. */
const makeTry = <A, E, F extends string, R extends string>(options: TryOptions<A, E, F, R>) => {
  const { attempt, entry, fibers, leave, mayWait, putBack, subscription } = options
  const onDurable = () => {}
  return Effect.fnUntraced(function* (due: ReadonlyArray<Waiting<A, E>>) {
    const waitingOf = new Map(due.map((waiting) => [waiting.decoded, waiting]))
    const those = (deliveries: ReadonlyArray<DecodedDelivery<A, E>>) =>
      deliveries.flatMap((decoded) => waitingOf.get(decoded) ?? [])
    const unsettled = yield* attempt.settle({
      deliveries: due.map(({ decoded }) => decoded),
      entry,
      mayWait: (decoded) => those([decoded]).some(mayWait),
      isFirstTry: false,
      onDurable
    })
    yield* releaseFrom(subscription, unsettled.leave, entry)
    const staying = new Set(those([...unsettled.retry, ...unsettled.wait]))
    const letters = new Set(those(unsettled.deadLetters.map(({ decoded }) => decoded)))
    yield* Effect.forEach(staying, putBack, { discard: true })
    yield* leave(due.filter((waiting) => !staying.has(waiting) && !letters.has(waiting)))
    if (letters.size === 0) return
    const publish = Effect.gen(function* () {
      const unpublished = new Set(
        those(yield* attempt.deadLetter(unsettled.deadLetters, { entry, onDurable }))
      )
      yield* Effect.forEach(unpublished, putBack, { discard: true })
      yield* leave([...letters].filter((waiting) => !unpublished.has(waiting)))
    })
    // supervised: `run` joins the fibers
    yield* FiberSet.run(fibers, publish)
  })
}

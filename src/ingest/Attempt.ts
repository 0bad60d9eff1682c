/** One try at a batch: table, dead letters, acknowledgement, in this order, each awaited. */
import { Clock, Effect, Result } from "effect"
import type { DeadLetter } from "../deadletters/DeadLetterMessage.ts"
import { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { Fate, HandlingFailure, Stored } from "../domain/Fate.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import { Metrics, type StreamName } from "../telemetry/Metrics.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { dispose } from "./Disposition.ts"
import type { DeliveryReports } from "./HealthMonitor.ts"
import type { Handle, Item, Work } from "./Work.ts"

/** What an attempt left without a fate. */
export interface Unfinished<A> {
  /** The table or the dead-letter topic is away: try again later. */
  readonly again: ReadonlyArray<Work<A>>
  /** Payments that may still wait for their order. */
  readonly unmatched: ReadonlyArray<Work<A>>
  /** How many got which fate. */
  readonly fates: ReadonlyMap<Fate, number>
  /** What the table said of the last that it could not store or look up just now. */
  readonly storeTrouble: string | undefined
}

/**
 * Tries to give each delivery its fate, and acknowledges those that have one.
 *
 * Deliveries whose lease was lost meanwhile are left out, and counted as released: they come again.
 *
 * **Guarantee**: an acknowledgement is sent only after the effect is confirmed durable (G1).
 */
export type Attempt<A> = (
  works: ReadonlyArray<Work<A>>,
  mayWait: (work: Work<A>) => boolean,
  kind: AttemptKind
) => Effect.Effect<Unfinished<A>>

/** The first try of a batch, a retry of what is left of one, or a look-up of payments that wait for their orders. */
export type AttemptKind = "first" | "retry" | "lookup"

/** What an attempt works on. */
export interface AttemptOptions<A> {
  readonly stream: StreamName
  readonly subscription: Subscription
  readonly handle: Handle<A>
  readonly reports: DeliveryReports
}

/** Makes the attempt of one stream. */
export const makeAttempt = <A>(
  options: AttemptOptions<A>
): Effect.Effect<Attempt<A>, never, DeadLetters | Metrics> =>
  Effect.gen(function* () {
    const { reports, stream, subscription } = options
    const deadLetters = yield* DeadLetters
    const clock = yield* Clock.Clock
    const metrics = yield* Metrics

    const publish = Effect.fnUntraced(function* (tally: Tally<A>) {
      const results = yield* deadLetters.publish(tally.letters)
      let trouble: string | undefined
      let failed = 0
      tally.letters.forEach((letter, index) => {
        const result = results[index]
        const work = tally.lettered[index]
        if (work === undefined) return
        if (result !== undefined && Result.isSuccess(result))
          fated(tally, `dead-lettered(${letter.reason})`, work)
        else {
          trouble = result === undefined ? "no answer" : result.failure.message
          failed++
          tally.again.push(work)
        }
      })
      if (trouble !== undefined) {
        reports.deadLettersFailed(trouble)
        yield* metrics.publishFailed(stream, failed)
      }
      if (failed < tally.letters.length) reports.deadLettersConfirmed()
    })

    /** Acknowledges what has got its fate since the last time. */
    const acknowledge = Effect.fnUntraced(function* (tally: Tally<A>, receivedAtMillis: number | undefined) {
      const finished = tally.finished.splice(0)
      if (finished.length === 0) return
      if (receivedAtMillis !== undefined) {
        yield* metrics.durableAfter(stream, monotonicMillis(clock) - receivedAtMillis, finished.length)
      }
      const settled = yield* subscription.ack(finished)
      tally.unconfirmed += settled.lost.length
    })

    const count = Effect.fnUntraced(function* (tally: Tally<A>, notHeld: number) {
      for (const [fate, deliveries] of tally.fates) yield* metrics.fated(stream, fate, deliveries)
      if (tally.unconfirmed > 0) yield* metrics.unconfirmed(stream, tally.unconfirmed)
      if (tally.again.length > 0) yield* metrics.retried(stream, tally.again.length)
      if (notHeld > 0) yield* metrics.released(stream, notHeld)
    })

    return Effect.fnUntraced(function* (works, mayWait, kind) {
      const held = works.filter((work) => subscription.isHeld(work.delivery))
      const tally = newTally<A>()
      const outcomes = yield* outcomesOf(held, options.handle)
      held.forEach((work, index) => {
        const outcome = outcomes[index]
        if (outcome !== undefined) record(tally, subscription.name, work, outcome, mayWait)
      })
      if (tally.storeTrouble !== undefined) reports.storeFailed(tally.storeTrouble, kind === "first")
      if (tally.answered > 0) reports.storeAnswered()
      // A batch, and what is retried of one, was received together. What waited was not, and has a histogram of its own.
      const receivedAtMillis = kind === "lookup" ? undefined : held[0]?.receivedAtMillis
      // What is stored is acknowledged first: it does not wait for the dead-letter topic (G3).
      yield* acknowledge(tally, receivedAtMillis)
      if (tally.letters.length > 0) {
        yield* publish(tally)
        yield* acknowledge(tally, receivedAtMillis)
      }
      // At the very end, so that an interrupted attempt has counted nothing yet.
      yield* count(tally, works.length - held.length)
      return tally
    })
  })

interface Tally<A> extends Unfinished<A> {
  readonly again: Array<Work<A>>
  readonly unmatched: Array<Work<A>>
  readonly finished: Array<Delivery>
  readonly fates: Map<Fate, number>
  readonly letters: Array<DeadLetter>
  /** The work of each letter, in the same order. */
  readonly lettered: Array<Work<A>>
  /** Deliveries that the table took, or had taken before. That it has no order for one is no proof that it takes any. */
  answered: number
  storeTrouble: string | undefined
  unconfirmed: number
}

const newTally = <A>(): Tally<A> => ({
  again: [],
  unmatched: [],
  finished: [],
  fates: new Map(),
  letters: [],
  lettered: [],
  answered: 0,
  storeTrouble: undefined,
  unconfirmed: 0
})

type Outcome = Result.Result<Stored, HandlingFailure>

/** One outcome a work, in order: of decoding where that failed, else of handling. */
const outcomesOf = Effect.fnUntraced(function* <A>(works: ReadonlyArray<Work<A>>, handle: Handle<A>) {
  const items: Array<Item<A>> = []
  for (const { decoded, delivery } of works) {
    if (Result.isSuccess(decoded)) {
      items.push({
        value: decoded.success,
        publishTimeMicros: delivery.publishTimeMicros,
        bytes: delivery.data.length
      })
    }
  }
  const handled = items.length === 0 ? [] : yield* handle(items)
  let next = 0
  return works.map(({ decoded }): Outcome => {
    if (Result.isFailure(decoded)) return Result.fail(decoded.failure)
    const outcome = handled[next++]
    if (outcome === undefined) throw new Error("a handler gave fewer outcomes than it was given items")
    return outcome
  })
})

const record = <A>(
  tally: Tally<A>,
  subscription: string,
  work: Work<A>,
  outcome: Outcome,
  mayWait: (work: Work<A>) => boolean
): void => {
  if (Result.isSuccess(outcome)) {
    tally.answered++
    fated(tally, outcome.success, work)
    return
  }
  const disposition = dispose(outcome.failure, mayWait(work))
  switch (disposition._tag) {
    case "Wait":
      tally.unmatched.push(work)
      return
    case "Retry":
      tally.storeTrouble = disposition.error
      tally.again.push(work)
      return
    case "DeadLetter":
      tally.letters.push({
        delivery: work.delivery,
        subscription,
        reason: disposition.reason,
        path: disposition.path,
        error: disposition.error
      })
      tally.lettered.push(work)
  }
}

const fated = <A>(tally: Tally<A>, fate: Fate, work: Work<A>): void => {
  tally.finished.push(work.delivery)
  tally.fates.set(fate, (tally.fates.get(fate) ?? 0) + 1)
}

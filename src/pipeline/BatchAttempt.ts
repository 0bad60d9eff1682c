/** One try at a batch, in four steps: handle, dispose, acknowledge; publish dead letters, and acknowledge them. */
import { Effect, Result } from "effect"
import type { DeadLetter } from "../deadletters/DeadLetterMessage.ts"
import type { DeadLetters } from "../deadletters/DeadLetters.ts"
import type { Delivery } from "../pubsub/Message.ts"
import type { Subscription } from "../pubsub/Subscriber.ts"
import type { DecodedDelivery, Handle, Item } from "./DecodedDelivery.ts"
import type { Dispose } from "./Disposition.ts"
import type { LedgerEntry } from "./LedgerEntry.ts"
import type { StreamLedger } from "./StreamLedger.ts"

/** What is tried together. */
export interface Batch<A, E, F extends string> {
  readonly deliveries: ReadonlyArray<DecodedDelivery<A, E>>
  /** Accounts for these deliveries and no others. */
  readonly entry: LedgerEntry<F>
  readonly mayWait: (delivery: DecodedDelivery<A, E>) => boolean
  /** Whether none of them was tried before. */
  readonly isFirstTry: boolean
  /** The effects of these deliveries are durable; their acknowledgement comes next. */
  readonly onDurable: (fate: F, deliveries: ReadonlyArray<Delivery>) => void
  /** Run when the store has answered, before anything is acknowledged: that may wait for others. */
  readonly onAnswered?: Effect.Effect<void>
}

/** A dead letter that is to be published, and its delivery. */
export interface Unpublished<A, E, R extends string> {
  readonly decoded: DecodedDelivery<A, E>
  readonly letter: DeadLetter & { readonly reason: R }
}

/** What has no fate yet, by what should happen to it. */
export interface Unsettled<A, E, R extends string> {
  readonly retry: ReadonlyArray<DecodedDelivery<A, E>>
  readonly wait: ReadonlyArray<DecodedDelivery<A, E>>
  readonly leave: ReadonlyArray<DecodedDelivery<A, E>>
  readonly deadLetters: ReadonlyArray<Unpublished<A, E, R>>
  /** Why one of `retry` was not handled; undefined where nothing is to be retried. */
  readonly storeError: ReportedError | undefined
  /** Whether one of `retry` may be the reason that others of it were not handled. */
  readonly mayBeOfOne: boolean
}

/**
 * Tries to give each delivery of a batch its fate.
 *
 * **Guarantee**: an acknowledgement is sent only after the effect is confirmed durable, and is awaited (G1).
 */
export interface BatchAttempt<A, E, F extends string, R extends string> {
  /**
   * Handles the batch and acknowledges what has its fate. What is stored does not wait for any dead letter (G3).
   *
   * Deliveries whose lease was lost meanwhile are left out, and counted as released: they come again.
   */
  readonly settle: (batch: Batch<A, E, F>) => Effect.Effect<Unsettled<A, E, R>>
  /**
   * Publishes dead letters, acknowledges their deliveries, and answers those that are to be tried again.
   *
   * Those whose lease was lost are left out, as by `settle`. `isDue`: whether the reason of one still holds; where it
   * does not, it is among the answered, unpublished. Left out: it always does.
   */
  readonly deadLetter: (
    letters: ReadonlyArray<Unpublished<A, E, R>>,
    batch: Pick<Batch<A, E, F>, "entry" | "onDurable">,
    isDue?: (decoded: DecodedDelivery<A, E>) => boolean
  ) => Effect.Effect<ReadonlyArray<DecodedDelivery<A, E>>>
  /** How many attempts there were in which the store took a delivery. */
  readonly successes: () => number
}

/** Why a part did not work: a message for people, and the cause for programs. */
export interface ReportedError {
  readonly message: string
  readonly cause?: unknown
}

/** Reports whether the store and the dead-letter topic answered; called a few times a batch. */
export interface AttemptReports {
  /** The store took a delivery, or had before. "It is not there" does not count: a store that refuses writes answers reads. */
  readonly storeAnswered: () => void
  /** The store did not answer for at least one delivery. Called first where both happened in one attempt. */
  readonly storeFailed: (error: ReportedError, isFirstTry: boolean) => void
  readonly deadLettersConfirmed: () => void
  readonly deadLettersFailed: (error: ReportedError) => void
}

/** What attempts are made of. */
export interface BatchAttemptOptions<A, E, F extends string, R extends string> {
  readonly subscription: Pick<Subscription, "name" | "ack" | "isHeld">
  readonly ledger: StreamLedger<F>
  readonly handle: Handle<A, E, F>
  readonly dispose: Dispose<E, R>
  readonly deadLetters: DeadLetters["Service"]
  /** The fate of what became a dead letter for this reason. */
  readonly deadLetterFate: (reason: R) => F
  /** The publish time that gives a message its version. Left out: that of the delivery. **Units**: µs. */
  readonly publishTimeMicros?: (delivery: Delivery) => number
  readonly reports: AttemptReports
  /** Called with the dead letters whose publish was confirmed; what it does should be quick. */
  readonly onDeadLettered?: (letters: ReadonlyArray<Unpublished<A, E, R>>) => Effect.Effect<void>
}

/** Makes the attempts of one stream. */
export const makeBatchAttempt = <A, E, F extends string, R extends string>(
  options: BatchAttemptOptions<A, E, F, R>
): BatchAttempt<A, E, F, R> => {
  const { subscription, ledger, reports } = options
  let successes = 0
  const isHeld = ({ delivery }: DecodedDelivery<A, E>): boolean => subscription.isHeld(delivery)

  /** Acknowledges deliveries of one fate. The entry says so when the server has answered. */
  const ack = Effect.fnUntraced(function* (
    fated: ReadonlyMap<F, ReadonlyArray<Delivery>>,
    { entry, onDurable }: Pick<Batch<A, E, F>, "entry" | "onDurable">
  ) {
    if (fated.size === 0) return
    for (const [fate, deliveries] of fated) onDurable(fate, deliveries)
    const [only] = fated.values()
    const all = fated.size === 1 && only !== undefined ? only : [...fated.values()].flat()
    const { lost } = yield* subscription.ack(all)
    for (const [fate, deliveries] of fated) entry.fated(fate, deliveries.length)
    ledger.unconfirmed(lost.length)
  })

  const settle = Effect.fnUntraced(function* (batch: Batch<A, E, F>) {
    const held = batch.deliveries.filter(isHeld)
    if (held.length < batch.deliveries.length)
      batch.entry.released(batch.deliveries.filter((decoded) => !isHeld(decoded)))
    const outcomes = yield* handled(held, options)
    const disposed = disposedOf(held, outcomes, batch.mayWait, options)
    batch.entry.lastError = disposed.storeError?.message ?? batch.entry.lastError
    if (disposed.storeError !== undefined) reports.storeFailed(disposed.storeError, batch.isFirstTry)
    if (disposed.fated.size > 0) {
      successes++
      reports.storeAnswered()
    }
    if (batch.onAnswered !== undefined) yield* batch.onAnswered
    yield* ack(disposed.fated, batch)
    ledger.retried(disposed.retry.length)
    return disposed
  })

  const deadLetter = Effect.fnUntraced(function* (
    queued: ReadonlyArray<Unpublished<A, E, R>>,
    batch: Pick<Batch<A, E, F>, "entry" | "onDurable">,
    isDue: (decoded: DecodedDelivery<A, E>) => boolean = () => true
  ) {
    // They may have been queued for long. Those whose lease was lost come again, and would be published twice.
    const held = queued.filter(({ decoded }) => isHeld(decoded))
    if (held.length < queued.length)
      batch.entry.released(queued.map(({ decoded }) => decoded).filter((decoded) => !isHeld(decoded)))
    const due = new Set(held.filter(({ decoded }) => isDue(decoded)))
    const letters = [...due]
    const overdue = held.filter((each) => !due.has(each)).map(({ decoded }) => decoded)
    if (letters.length === 0) return overdue
    const results = yield* options.deadLetters.publish(letters.map(({ letter }) => letter))
    const published = new Map<F, Array<Delivery>>()
    const confirmed: Array<Unpublished<A, E, R>> = []
    const retry: Array<DecodedDelivery<A, E>> = []
    let error: ReportedError | undefined
    letters.forEach((unpublished, index) => {
      const { decoded, letter } = unpublished
      const result = results[index]
      if (result !== undefined && Result.isSuccess(result)) {
        addTo(published, options.deadLetterFate(letter.reason), decoded.delivery)
        confirmed.push(unpublished)
      } else {
        error = result === undefined ? { message: "no answer" } : result.failure
        retry.push(decoded)
      }
    })
    if (error !== undefined) reports.deadLettersFailed(error)
    if (published.size > 0) reports.deadLettersConfirmed()
    yield* ack(published, batch)
    if (confirmed.length > 0 && options.onDeadLettered !== undefined) yield* options.onDeadLettered(confirmed)
    ledger.publishFailed(retry.length)
    ledger.retried(retry.length)
    return overdue.length === 0 ? retry : [...retry, ...overdue]
  })

  return { settle, deadLetter, successes: () => successes }
}

interface Disposed<A, E, F extends string, R extends string> extends Unsettled<A, E, R> {
  readonly fated: ReadonlyMap<F, ReadonlyArray<Delivery>>
}

/** The outcome of each delivery, in order: of decoding where that failed, else of handling. */
const handled = Effect.fnUntraced(function* <A, E, F extends string, R extends string>(
  deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
  { handle, publishTimeMicros }: BatchAttemptOptions<A, E, F, R>
) {
  const items: Array<Item<A>> = []
  for (const { decoded, delivery } of deliveries) {
    if (Result.isFailure(decoded)) continue
    items.push({
      value: decoded.success,
      publishTimeMicros: publishTimeMicros?.(delivery) ?? delivery.publishTimeMicros,
      bytes: delivery.data.length
    })
  }
  const outcomes = items.length === 0 ? [] : yield* handle(items)
  if (outcomes.length !== items.length)
    throw new Error("a handler gave another number of outcomes than of items")
  return outcomes
})

/** Sorts deliveries by what their outcomes, the one of each decoded delivery in order, mean for them. */
const disposedOf = <A, E, F extends string, R extends string>(
  deliveries: ReadonlyArray<DecodedDelivery<A, E>>,
  outcomes: ReadonlyArray<Result.Result<F, E>>,
  mayWait: (delivery: DecodedDelivery<A, E>) => boolean,
  { dispose, subscription }: BatchAttemptOptions<A, E, F, R>
): Disposed<A, E, F, R> => {
  const fated = new Map<F, Array<Delivery>>()
  const retry: Array<DecodedDelivery<A, E>> = []
  const wait: Array<DecodedDelivery<A, E>> = []
  const leave: Array<DecodedDelivery<A, E>> = []
  const deadLetters: Array<Unpublished<A, E, R>> = []
  let storeError: ReportedError | undefined
  let mayBeOfOne = false
  let next = 0
  for (const decoded of deliveries) {
    const outcome: Result.Result<F, E> | undefined = Result.isFailure(decoded.decoded)
      ? Result.fail(decoded.decoded.failure)
      : outcomes[next++]
    if (outcome === undefined) throw new Error("a handler left out an outcome")
    if (Result.isSuccess(outcome)) {
      addTo(fated, outcome.success, decoded.delivery)
      continue
    }
    const disposition = dispose(outcome.failure, mayWait(decoded))
    switch (disposition._tag) {
      case "Wait":
        wait.push(decoded)
        break
      case "Leave":
        leave.push(decoded)
        break
      case "Retry":
        // An error that may be the table's says more than one of a row.
        if (!mayBeOfOne) storeError = { message: disposition.error, cause: outcome.failure }
        if (disposition.isOwn !== true) mayBeOfOne = true
        retry.push(decoded)
        break
      case "DeadLetter": {
        const { reason, path, error } = disposition
        const letter = { delivery: decoded.delivery, subscription: subscription.name, reason, path, error }
        deadLetters.push({ decoded, letter })
      }
    }
  }
  return { fated, retry, wait, leave, deadLetters, storeError, mayBeOfOne }
}

const addTo = <F>(fated: Map<F, Array<Delivery>>, fate: F, delivery: Delivery): void => {
  const deliveries = fated.get(fate)
  if (deliveries === undefined) fated.set(fate, [delivery])
  else deliveries.push(delivery)
}

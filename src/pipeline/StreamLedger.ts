import { Result } from "effect"
import type { DecodedDelivery } from "./DecodedDelivery.ts"

/** Where a delivery without a fate is. */
export type Place = "inFlight" | "retrying" | "waiting"

/**
 * Deliveries that are in one place together.
 *
 * **Errors**: throws when more deliveries are accounted for than the entry holds, or when it is closed while it holds
 * some: that is a bug.
 */
export interface LedgerEntry<F extends string> {
  /** Deliveries that are neither moved, fated nor released yet. */
  readonly count: number
  /** This many got this fate. */
  readonly fated: (fate: F, deliveries: number) => void
  /** This many are given back for redelivery, or lost their lease; they come again. */
  readonly released: (deliveries: number) => void
  /** Moves deliveries to another entry. */
  readonly moveTo: (to: LedgerEntry<F>, deliveries: ReadonlyArray<DecodedDelivery<unknown>>) => void
  /** Says which deliveries are left, which updates the oldest publish time. They must be as many as `count`. */
  readonly keepOnly: (rest: ReadonlyArray<DecodedDelivery<unknown>>) => void
  /** Nothing is left. */
  readonly close: () => void
}

/** Where the deliveries of a stream are now, and what became of the others since the start. */
export interface LedgerTotals<F extends string> extends Readonly<Record<Place, number>> {
  /** = sum of `fates` + `inFlight` + `retrying` + `waiting` + `released`. */
  readonly received: number
  /** **Units**: bytes as encoded. */
  readonly receivedBytes: number
  readonly fates: Readonly<Record<F, number>>
  readonly released: number
  /** Times that a delivery was put off because what it needs did not answer. */
  readonly retries: number
  /** Acknowledgements the server did not confirm; those messages come again. */
  readonly unconfirmed: number
  /** Dead letters whose publish was not confirmed; each is published again. */
  readonly publishFailures: number
}

/**
 * Tracks where each delivery of one stream is, from its receipt to its fate.
 *
 * **Guarantee**: deliveries only move from one place to another, so the totals always add up (G7). Whether the
 * totals are right is checked by comparing them with what the subscription holds.
 */
export interface StreamLedger<F extends string> {
  /** Deliveries were received: they are in flight. */
  readonly received: (batch: ReadonlyArray<DecodedDelivery<unknown>>) => LedgerEntry<F>
  /** Makes an empty entry. */
  readonly open: (place: Place) => LedgerEntry<F>
  readonly retried: (deliveries: number) => void
  readonly unconfirmed: (deliveries: number) => void
  readonly publishFailed: (deadLetters: number) => void
  /** Counts everything that is left as released, and returns how many deliveries that are. */
  readonly abandon: () => number
  readonly totals: () => LedgerTotals<F>
  /** Deliveries without a fate. */
  readonly held: () => number
  /** Oldest publish time among the decodable deliveries in flight and in backoff. **Units**: µs. */
  readonly oldestMicros: () => number | undefined
  /** The value of that time when there last was one; `-Infinity` where there never was. **Units**: µs. */
  readonly lastOldestMicros: () => number
}

/** Makes the ledger of one stream. `fates`: all that there are, so that each is counted from zero. */
export const makeStreamLedger = <F extends string>(fates: ReadonlyArray<F>): StreamLedger<F> => {
  const account: Account<F> = {
    entries: new Set(),
    places: { inFlight: 0, retrying: 0, waiting: 0 },
    fates: Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<F, number>,
    released: 0,
    lastOldest: Number.NEGATIVE_INFINITY
  }
  const counts = { received: 0, receivedBytes: 0, retries: 0, unconfirmed: 0, publishFailures: 0 }
  return {
    received: (batch) => {
      counts.received += batch.length
      for (const { delivery } of batch) counts.receivedBytes += delivery.bytes
      const entry = new Entry(account, "inFlight")
      entry.add(batch)
      return entry
    },
    open: (place) => new Entry(account, place),
    retried: (deliveries) => {
      counts.retries += deliveries
    },
    unconfirmed: (deliveries) => {
      counts.unconfirmed += deliveries
    },
    publishFailed: (deadLetters) => {
      counts.publishFailures += deadLetters
    },
    abandon: () => {
      let left = 0
      for (const entry of account.entries) {
        left += entry.count
        entry.released(entry.count)
        entry.close()
      }
      return left
    },
    totals: () => ({ ...counts, ...account.places, fates: { ...account.fates }, released: account.released }),
    held: () => account.places.inFlight + account.places.retrying + account.places.waiting,
    oldestMicros: () => oldestIn(account.entries),
    lastOldestMicros: () => account.lastOldest
  }
}

/** What all entries of a ledger change. */
interface Account<F extends string> {
  readonly entries: Set<Entry<F>>
  readonly places: Record<Place, number>
  readonly fates: Record<F, number>
  released: number
  lastOldest: number
}

class Entry<F extends string> implements LedgerEntry<F> {
  count = 0
  oldest: number | undefined
  readonly #account: Account<F>
  readonly #place: Place

  constructor(account: Account<F>, place: Place) {
    this.#account = account
    this.#place = place
    account.entries.add(this)
  }

  add(deliveries: ReadonlyArray<DecodedDelivery<unknown>>): void {
    this.count += deliveries.length
    this.#account.places[this.#place] += deliveries.length
    this.oldest = lesser(this.oldest, this.#oldestOf(deliveries))
  }

  fated(fate: F, deliveries: number): void {
    this.#take(deliveries)
    this.#account.fates[fate] += deliveries
  }

  released(deliveries: number): void {
    this.#take(deliveries)
    this.#account.released += deliveries
  }

  moveTo(to: LedgerEntry<F>, deliveries: ReadonlyArray<DecodedDelivery<unknown>>): void {
    this.#take(deliveries.length)
    ;(to as Entry<F>).add(deliveries)
  }

  keepOnly(rest: ReadonlyArray<DecodedDelivery<unknown>>): void {
    if (rest.length !== this.count)
      throw new Error(`ledger: ${this.count} deliveries are left, not ${rest.length}`)
    this.#setOldest(this.#oldestOf(rest))
  }

  close(): void {
    if (this.count !== 0) throw new Error(`ledger: ${this.count} deliveries are not accounted for`)
    this.#setOldest(undefined)
    this.#account.entries.delete(this)
  }

  /** The publish times of waiting deliveries do not count: nothing waits for them. */
  #oldestOf(deliveries: ReadonlyArray<DecodedDelivery<unknown>>): number | undefined {
    return this.#place === "waiting" ? undefined : oldestOf(deliveries)
  }

  #take(deliveries: number): void {
    if (deliveries > this.count) throw new Error(`ledger: ${deliveries} deliveries of ${this.count}`)
    this.count -= deliveries
    this.#account.places[this.#place] -= deliveries
  }

  #setOldest(to: number | undefined): void {
    const before = this.oldest
    this.oldest = to
    if (before !== undefined && to === undefined && oldestIn(this.#account.entries) === undefined)
      this.#account.lastOldest = before
  }
}

const oldestIn = (entries: Iterable<{ readonly oldest: number | undefined }>): number | undefined => {
  let oldest: number | undefined
  for (const entry of entries) oldest = lesser(oldest, entry.oldest)
  return oldest
}

/** Oldest publish time of the decodable deliveries; the others wait for nothing but the dead-letter topic (G5). */
const oldestOf = (deliveries: ReadonlyArray<DecodedDelivery<unknown>>): number | undefined => {
  let oldest: number | undefined
  for (const { decoded, delivery } of deliveries) {
    if (Result.isFailure(decoded)) continue
    if (oldest === undefined || delivery.publishTimeMicros < oldest) oldest = delivery.publishTimeMicros
  }
  return oldest
}

/** The lesser of two times that may be absent. **Units**: those of both. */
export const lesser = (left: number | undefined, right: number | undefined): number | undefined =>
  left === undefined ? right : right === undefined ? left : Math.min(left, right)

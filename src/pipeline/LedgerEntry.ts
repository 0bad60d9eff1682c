/** Deliveries that are in one place together, as a ledger accounts for them. */
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
  /** Tries of these deliveries that failed; a moved delivery takes it along. */
  failures: number
  /** Why the last of them failed, for people; a moved delivery takes it along. */
  lastError: string | undefined
  /** This many got this fate. */
  readonly fated: (fate: F, deliveries: number) => void
  /** These are given back for redelivery, or lost their lease; they come again. */
  readonly released: (deliveries: ReadonlyArray<DecodedDelivery<unknown>>) => void
  /** Moves deliveries to another entry. */
  readonly moveTo: (to: LedgerEntry<F>, deliveries: ReadonlyArray<DecodedDelivery<unknown>>) => void
  /** Says which deliveries are left, which updates the oldest publish time. They must be as many as `count`. */
  readonly keepOnly: (rest: ReadonlyArray<DecodedDelivery<unknown>>) => void
  /** Nothing is left. */
  readonly close: () => void
}

/** Which entries are set apart. */
export interface ApartRule {
  /** Tries that must have failed. */
  readonly minFailures: number
  /** Deliveries that may be apart at once. */
  readonly maxDeliveries: number
  /** Each delivery of an entry has to be so. */
  readonly mayBeApart: (delivery: DecodedDelivery<unknown>) => boolean
}

/** A delivery in flight or in backoff, and what its entry says of it. */
export interface EntryDelivery {
  readonly decoded: DecodedDelivery<unknown>
  readonly place: Place
  readonly lastError: string | undefined
}

/** What all entries of a ledger change. */
export interface LedgerAccount<F extends string> {
  readonly entries: Set<Entry<F>>
  readonly places: Record<Place, number>
  readonly fates: Record<F, number>
  released: number
  lastOldest: number
  readonly onReleased: (deliveries: ReadonlyArray<DecodedDelivery<unknown>>, isApart: boolean) => void
}

/** An entry of a ledger. */
export class Entry<F extends string> implements LedgerEntry<F> {
  count = 0
  failures = 0
  lastError: string | undefined
  oldest: number | undefined
  /** Whether it does not count for the oldest publish time of the ledger. */
  isApart = false
  /** Those of `count`, and until the next `keepOnly` perhaps some that are accounted for. */
  deliveries: ReadonlyArray<DecodedDelivery<unknown>> = []
  readonly #account: LedgerAccount<F>
  readonly #place: Place

  constructor(account: LedgerAccount<F>, place: Place) {
    this.#account = account
    this.#place = place
    account.entries.add(this)
  }

  add(deliveries: ReadonlyArray<DecodedDelivery<unknown>>): void {
    this.count += deliveries.length
    this.#account.places[this.#place] += deliveries.length
    this.oldest = lesser(this.oldest, this.#oldestOf(deliveries))
    if (this.#place === "waiting") return
    this.deliveries = this.deliveries.length === 0 ? deliveries : [...this.deliveries, ...deliveries]
  }

  fated(fate: F, deliveries: number): void {
    this.#take(deliveries)
    this.#account.fates[fate] += deliveries
  }

  released(deliveries: ReadonlyArray<DecodedDelivery<unknown>>): void {
    if (deliveries.length === 0) return
    this.#take(deliveries.length)
    this.#account.released += deliveries.length
    this.#account.onReleased(deliveries, this.isApart)
  }

  /** Counts everything that is left as released. */
  abandon(): void {
    const { count, deliveries } = this
    this.#take(count)
    this.#account.released += count
    this.#account.onReleased(deliveries, this.isApart)
    this.close()
  }

  moveTo(to: LedgerEntry<F>, deliveries: ReadonlyArray<DecodedDelivery<unknown>>): void {
    this.#take(deliveries.length)
    const entry = to as Entry<F>
    entry.failures = this.failures
    entry.lastError = this.lastError
    if (entry.count === 0) entry.isApart = this.isApart
    entry.add(deliveries)
  }

  keepOnly(rest: ReadonlyArray<DecodedDelivery<unknown>>): void {
    if (rest.length !== this.count)
      throw new Error(`ledger: ${this.count} deliveries are left, not ${rest.length}`)
    if (this.#place !== "waiting") this.deliveries = rest
    this.#setOldest(this.#oldestOf(rest))
  }

  close(): void {
    if (this.count !== 0) throw new Error(`ledger: ${this.count} deliveries are not accounted for`)
    this.#setOldest(undefined)
    this.#account.entries.delete(this)
  }

  /** Those of `deliveries` that are meant. */
  find(isMeant: (delivery: DecodedDelivery<unknown>) => boolean): ReadonlyArray<EntryDelivery> {
    return this.deliveries
      .filter(isMeant)
      .map((decoded) => ({ decoded, place: this.#place, lastError: this.lastError }))
  }

  setApart(): void {
    this.isApart = true
    this.#leave(this.oldest)
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
    if (to === undefined && !this.isApart) this.#leave(before)
  }

  /** This entry counts no longer; where it was the last one, its time is remembered. */
  #leave(before: number | undefined): void {
    if (before !== undefined && oldestIn(this.#account.entries) === undefined)
      this.#account.lastOldest = before
  }
}

/** Oldest publish time of entries; those apart count only where it is said. */
export const oldestIn = (
  entries: Iterable<{ readonly oldest: number | undefined; readonly isApart: boolean }>,
  isOfApart = false
): number | undefined => {
  let oldest: number | undefined
  for (const entry of entries) if (isOfApart || !entry.isApart) oldest = lesser(oldest, entry.oldest)
  return oldest
}

/** Since when the oldest decodable delivery of entries is held. */
export const heldSinceIn = (
  entries: Iterable<{
    readonly oldest: number | undefined
    readonly deliveries: ReadonlyArray<DecodedDelivery<unknown>>
  }>
): number | undefined => {
  let since: number | undefined
  // Deliveries of one entry were received together; one without an oldest publish time holds nothing that counts.
  for (const { deliveries, oldest } of entries)
    if (oldest !== undefined) since = lesser(since, deliveries[0]?.receivedAtMillis)
  return since
}

/** See `StreamLedger.setApart`. */
export const setApart = <F extends string>(
  entries: Iterable<Entry<F>>,
  { maxDeliveries, mayBeApart, minFailures }: ApartRule
): ReadonlyArray<DecodedDelivery<unknown>> => {
  const apart: Array<DecodedDelivery<unknown>> = []
  const candidates: Array<Entry<F>> = []
  for (const entry of entries) {
    if (entry.isApart) apart.push(...entry.deliveries)
    else if (entry.failures >= minFailures && entry.oldest !== undefined) candidates.push(entry)
  }
  candidates.sort((one, other) => (one.oldest ?? 0) - (other.oldest ?? 0))
  for (const entry of candidates) {
    if (apart.length + entry.deliveries.length > maxDeliveries || !entry.deliveries.every(mayBeApart))
      continue
    entry.setApart()
    apart.push(...entry.deliveries)
  }
  return apart
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

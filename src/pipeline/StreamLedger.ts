/** Tracks where each delivery of one stream is, from its receipt to its fate (G7). */
import type { DecodedDelivery } from "./DecodedDelivery.ts"
import {
  type ApartRule,
  Entry,
  type EntryDelivery,
  heldSinceIn,
  type LedgerAccount,
  type LedgerEntry,
  oldestIn,
  type Place,
  setApart
} from "./LedgerEntry.ts"

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
  /** The same without those set apart. **Units**: µs. */
  readonly oldestNotApartMicros: () => number | undefined
  /** The value of that time when there last was one; `-Infinity` where there never was. **Units**: µs. */
  readonly lastOldestMicros: () => number
  /** Since when the oldest of the decodable deliveries in flight and in backoff is here. **Units**: as `receivedAtMillis`. */
  readonly heldSinceMillis: () => number | undefined
  /** The greatest publish time that was received, and when; undefined before the first. */
  readonly newest: () => NewestMessage | undefined
  /**
   * The deliveries in flight and in backoff that are meant, by going through all. Some may have their fate already: they
   * are not held any more.
   */
  readonly find: (isMeant: (delivery: DecodedDelivery<unknown>) => boolean) => ReadonlyArray<EntryDelivery>
  /**
   * Sets entries apart, the oldest first, as far as they fit in: they no longer count for `oldestNotApartMicros`,
   * because whoever reads it is told of each of their deliveries. Answers all that are apart.
   */
  readonly setApart: (rule: ApartRule) => ReadonlyArray<DecodedDelivery<unknown>>
}

/** The message of the greatest publish time. */
export interface NewestMessage {
  /** **Units**: µs since the epoch. */
  readonly publishTimeMicros: number
  /** **Units**: ms of a monotonic clock. */
  readonly receivedAtMillis: number
}

/**
 * Makes the ledger of one stream. `fates`: all that there are, so that each is counted from zero. `onReleased` is
 * called with what is given back or lost, and whether it was apart then.
 */
export const makeStreamLedger = <F extends string>(
  fates: ReadonlyArray<F>,
  onReleased: LedgerAccount<F>["onReleased"] = () => {}
): StreamLedger<F> => {
  const account: LedgerAccount<F> = {
    entries: new Set(),
    places: { inFlight: 0, retrying: 0, waiting: 0 },
    fates: Object.fromEntries(fates.map((fate) => [fate, 0])) as Record<F, number>,
    released: 0,
    lastOldest: Number.NEGATIVE_INFINITY,
    onReleased
  }
  let newest: NewestMessage | undefined
  const counts = { received: 0, receivedBytes: 0, retries: 0, unconfirmed: 0, publishFailures: 0 }
  return {
    received: (batch) => {
      counts.received += batch.length
      let greatest = Number.NEGATIVE_INFINITY
      for (const { delivery } of batch) {
        counts.receivedBytes += delivery.bytes
        if (delivery.publishTimeMicros > greatest) greatest = delivery.publishTimeMicros
      }
      // Deliveries of one batch were received together.
      const receivedAtMillis = batch[0]?.receivedAtMillis
      if (
        receivedAtMillis !== undefined &&
        greatest > (newest?.publishTimeMicros ?? Number.NEGATIVE_INFINITY)
      )
        newest = { publishTimeMicros: greatest, receivedAtMillis }
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
        entry.abandon()
      }
      return left
    },
    totals: () => ({ ...counts, ...account.places, fates: { ...account.fates }, released: account.released }),
    held: () => account.places.inFlight + account.places.retrying + account.places.waiting,
    oldestMicros: () => oldestIn(account.entries, true),
    oldestNotApartMicros: () => oldestIn(account.entries),
    lastOldestMicros: () => account.lastOldest,
    heldSinceMillis: () => heldSinceIn(account.entries),
    newest: () => newest,
    find: (isMeant) => [...account.entries].flatMap((entry) => entry.find(isMeant)),
    setApart: (rule) => setApart(account.entries, rule)
  }
}

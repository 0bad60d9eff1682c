/** Times in which acknowledgements, or what a process held, may have been lost; and what they excuse, message by message. */
import type { DeadLetter } from "./Ledger.ts"

/** A time in which something was lost that a message can need. */
export interface Disturbance {
  /** In words, for the report. */
  readonly why: string
  /** **Units**: ms since the epoch. */
  readonly from: number
  /** As long as it lasts: infinite. **Units**: ms since the epoch. */
  readonly until: number
}

/** When a message was published. **Units**: ms since the epoch. */
interface PublishedAt {
  readonly publishMillis: number
}

/**
 * Why a message may have one more dead letter after this one; undefined where nothing excuses it.
 *
 * The acknowledgement that follows a dead letter was lost: the message was there before the disturbance ended, and its
 * dead letter was published in it, or so shortly before it that the acknowledgement fell into it. Or its lease was
 * lost: where a disturbance is longer than a lease, the message was given to another process meanwhile, or to the same
 * one again, and each hand it is in gives it a dead letter when its grace is over.
 */
export const copyExcuse = (
  disturbances: ReadonlyArray<Disturbance>,
  { publishMillis }: PublishedAt,
  { publishTimeMillis }: DeadLetter
): Disturbance | undefined =>
  disturbances.find(
    ({ from, until }) =>
      publishMillis <= until &&
      publishTimeMillis >= from - ackMillis &&
      publishTimeMillis <= until + (until - from < leaseMillis ? 0 : fateMillis)
  )

/** Why a message may be delivered once more after its effect: it was there before a disturbance ended. */
export const repetitionExcuse = (
  disturbances: ReadonlyArray<Disturbance>,
  { publishMillis }: PublishedAt
): Disturbance | undefined => disturbances.find(({ until }) => publishMillis <= until)

/**
 * Why a payment may have become a dead letter before its order could be seen: a lost process or connection held that
 * order, and Pub/Sub gave it to others only when its lease had ended, or, to streams that are dead, several leases.
 */
export const latenessExcuse = (
  disturbances: ReadonlyArray<Disturbance>,
  orders: ReadonlyArray<PublishedAt>,
  { publishTimeMillis }: DeadLetter
): Disturbance | undefined =>
  disturbances.find(
    ({ from, until }) =>
      publishTimeMillis >= from &&
      publishTimeMillis <= until + leasesMillis &&
      orders.some(({ publishMillis }) => publishMillis <= until)
  )

/** From the answer to a publish until the answer to the acknowledgement, generously. **Units**: milliseconds. */
const ackMillis = 5_000

/** For which Counterfoil leases what it holds. **Units**: milliseconds. */
const leaseMillis = 10_000

/** From the end of a disturbance until every payment has its fate: grace, and 90 s. **Units**: milliseconds. */
const fateMillis = 120_000

/** Of several dead streams of an emulator, one after another. **Units**: milliseconds. */
const leasesMillis = 120_000

/** Says which grace would have matched payments whose orders came late, and how many would have waited at once. */
import { givenBackSeconds } from "../pubsub/Limits.ts"
import { advisedShare } from "./Limits.ts"

/** A payment that was given up. */
export interface Arrival {
  /** When it was published. **Units**: ms since the epoch. */
  readonly millis: number
  /** **Units**: bytes as delivered. */
  readonly bytes: number
}

/** What has room in a waiting room, or needs it. **Units**: `bytes` as delivered. */
export interface WaitingPlaces {
  readonly payments: number
  readonly bytes: number
}

/** What advice is given on. */
export interface GraceEvidence {
  /** How late orders were, the least first. **Units**: milliseconds, as of `orderLateness`. */
  readonly lateMillis: ReadonlyArray<number>
  /** All payments that were given up, those without an order too: they wait the longest. The earliest first. */
  readonly arrivals: ReadonlyArray<Arrival>
  /** The grace as it is set. **Units**: milliseconds. */
  readonly presentMillis: number
  /** The shortest grace that is advised, and the longest that can be set. **Units**: milliseconds. */
  readonly leastMillis: number
  readonly mostMillis: number
}

/** Which grace to set. */
export interface GraceAdvice {
  /**
   * `raise`: set it. `keep`: the present one is as long. `redrive`: orders are later than a payment can wait; even the
   * longest grace, which this is, would not have matched the advised share.
   */
  readonly kind: "raise" | "keep" | "redrive"
  /** **Units**: milliseconds. */
  readonly graceMillis: number
  /** Of the payments whose lateness is known. */
  readonly matched: number
  /** The most of these payments that would have waited at once, in all processes together. */
  readonly places: WaitingPlaces
  /** The same with the 60 s more that payments wait when a process was killed. */
  readonly placesAfterKill: WaitingPlaces
}

/**
 * The shortest round grace that would have matched 95 % of the payments; undefined where no lateness is known.
 *
 * **Guarantee**: of the payments that it counts as matched, each would have been: a payment becomes a dead letter only
 * when every order published up to its own publish time plus the grace is settled (G5). It is a least number: a verdict
 * takes a few seconds more than the grace, and an order of these seconds is found too.
 */
export const graceAdvice = (evidence: GraceEvidence): GraceAdvice | undefined => {
  const { arrivals, lateMillis, leastMillis, mostMillis, presentMillis } = evidence
  const late = lateWithin(lateMillis, advisedShare)
  if (late === undefined) return undefined
  const needed = Math.max(leastMillis, roundUp(late + 1))
  const graceMillis = Math.min(Math.max(needed, presentMillis), mostMillis)
  return {
    kind: late >= mostMillis ? "redrive" : needed <= presentMillis ? "keep" : "raise",
    graceMillis,
    matched: matchedBy(lateMillis, graceMillis),
    places: placesFor(arrivals, graceMillis),
    placesAfterKill: placesFor(arrivals, graceMillis + givenBackSeconds * 1000)
  }
}

/** Within which time such a share was, at least; undefined where there is none. **Shape**: the least first. */
export const lateWithin = (lateMillis: ReadonlyArray<number>, share: number): number | undefined =>
  lateMillis[Math.max(1, Math.ceil(share * lateMillis.length)) - 1]

/** How many a grace would have matched for certain: lateness is up to a millisecond more than it says. */
export const matchedBy = (lateMillis: ReadonlyArray<number>, graceMillis: number): number =>
  lateMillis.filter((late) => late < graceMillis).length

/** The most within any time as long as `windowMillis`. */
const placesFor = (arrivals: ReadonlyArray<Arrival>, windowMillis: number): WaitingPlaces => {
  const most = { payments: 0, bytes: 0 }
  let bytes = 0
  let first = 0
  arrivals.forEach((arrival, last) => {
    bytes += arrival.bytes
    for (let leaving = arrivals[first]; leaving !== undefined; leaving = arrivals[++first]) {
      if (leaving.millis > arrival.millis - windowMillis) break
      bytes -= leaving.bytes
    }
    most.payments = Math.max(most.payments, last - first + 1)
    most.bytes = Math.max(most.bytes, bytes)
  })
  return most
}

/** To whole seconds below a minute, tens of seconds below ten minutes, minutes above: what a person would set. */
const roundUp = (millis: number): number => {
  const step = millis <= 60_000 ? 1_000 : millis <= 600_000 ? 10_000 : 60_000
  return Math.ceil(millis / step) * step
}

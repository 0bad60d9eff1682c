import type { Leased } from "./LeaseCalls.ts"

/**
 * Leases whose extension the server denies, whosever they are: those that have ended by it are lost.
 *
 * When exactly a lease ends, the server knows; one whole lease after the first denial it certainly has. Only what is
 * denied costs a place here, and only for as long as it is asked for.
 *
 * **Units**: times in milliseconds of a monotonic clock.
 */
export class DeniedLeases {
  readonly #leaseMillis: number
  /** When each ends, by ack id; the earliest first. */
  readonly #endsAt = new Map<string, number>()

  constructor(leaseMillis: number) {
    this.#leaseMillis = leaseMillis
  }

  /** Their extension was denied just now. Answers those whose lease has ended, and the others. */
  denied<A extends Leased>(
    leased: ReadonlyArray<A>,
    now: number
  ): { readonly ended: ReadonlyArray<A>; readonly kept: ReadonlyArray<A> } {
    this.#forgetSettled(now)
    const ended: Array<A> = []
    const kept: Array<A> = []
    for (const each of leased) {
      const endsAt = this.#endsAt.get(each.ackId)
      if (endsAt === undefined) this.#endsAt.set(each.ackId, now + this.#leaseMillis)
      if (endsAt === undefined || endsAt > now) kept.push(each)
      else {
        this.#endsAt.delete(each.ackId)
        ended.push(each)
      }
    }
    return { ended, kept }
  }

  /** These have a whole lease again. */
  extended(leased: ReadonlyArray<Leased>, now: number): void {
    if (this.#endsAt.size === 0) return
    for (const { ackId } of leased) this.#endsAt.delete(ackId)
    this.#forgetSettled(now)
  }

  /** What is held is asked for several times in one lease: what has not been for so long was settled meanwhile. */
  #forgetSettled(now: number): void {
    for (const [ackId, endsAt] of this.#endsAt) {
      if (endsAt + this.#leaseMillis > now) return
      this.#endsAt.delete(ackId)
    }
  }
}

import type { LostId } from "../../HeldIds.ts"
import type { LostReason } from "../../Settled.ts"
import type { DeliveryCounts, HeldEnd } from "./HeldDelivery.ts"
import type { SettleRequest } from "./SettleRequest.ts"

/** An ack id that is being settled. */
export interface SettlingId {
  readonly ackId: string
  readonly idRequest: SettleRequest<LostId>
}

/**
 * The ack ids that one open subscription holds without their deliveries.
 *
 * All of them are extended together, so that an id costs its text and a place in a set: no times of its own.
 *
 * **Units**: times in milliseconds of a monotonic clock.
 */
export class HeldIdTable {
  readonly max: number
  readonly #extendMillis: number
  readonly #counts: DeliveryCounts
  readonly #held = new Set<string>()
  readonly #settling = new Map<string, SettlingId>()
  /** Bounded as the held ones are; the oldest is forgotten first. */
  readonly #leasesLost = new Set<string>()
  /** To be extended at the next look: held a moment ago, without an answer, or perhaps under a shorter lease. */
  readonly #soon = new Set<string>()
  #extendAllAt = Number.NEGATIVE_INFINITY

  constructor(
    options: { readonly heldIdsMax: number; readonly heldIdsExtendMillis: number },
    counts: DeliveryCounts
  ) {
    this.max = options.heldIdsMax
    this.#extendMillis = options.heldIdsExtendMillis
    this.#counts = counts
  }

  /** Those that are being settled included. */
  get count(): number {
    return this.#held.size + this.#settling.size
  }

  /** Everything that is held and not being settled. */
  ids(): ReadonlyArray<string> {
    return [...this.#held]
  }

  /** Those that are being settled. */
  settling(): ReadonlyArray<SettlingId> {
    return [...this.#settling.values()]
  }

  hold(ackId: string): void {
    this.#held.add(ackId)
    this.#soon.add(ackId)
  }

  /** Claims for `request` what is held and not yet being settled, and answers it; the rest is lost to it. */
  claim(ackIds: ReadonlyArray<string>, request: SettleRequest<LostId>): ReadonlyArray<SettlingId> {
    const claimed: Array<SettlingId> = []
    for (const ackId of ackIds) {
      if (this.#held.delete(ackId)) {
        const settling = { ackId, idRequest: request }
        this.#settling.set(ackId, settling)
        claimed.push(settling)
      } else
        request.lost.push({ ackId, reason: this.#leasesLost.has(ackId) ? "lease-lost" : "already-settled" })
    }
    request.open = claimed.length
    return claimed
  }

  /** An id that was claimed has its answer: settled where `reason` is undefined. */
  answered({ ackId, idRequest }: SettlingId, reason: LostReason | undefined): void {
    if (!this.#settling.delete(ackId)) return
    const end: HeldEnd = reason !== undefined ? "lost" : idRequest.isRelease ? "released" : "acked"
    this.#counts[end] += 1
    if (reason === "lease-lost") this.#noteLost(ackId)
    idRequest.answered(reason === undefined ? undefined : { ackId, reason })
  }

  /** Takes what has to be extended now. What is being released is not: it would only come again later. */
  takeDue(now: number): ReadonlyArray<string> {
    const isRound = now >= this.#extendAllAt
    if (isRound) this.#extendAllAt = now + this.#extendMillis
    else if (this.#soon.size === 0) return []
    const due = isRound ? [...this.#held, ...this.#settling.keys()] : [...this.#soon]
    this.#soon.clear()
    return due.filter((ackId) => this.#isKept(ackId))
  }

  /** They are extended at the next look, as far as they are held here. */
  extendSoon(ackIds: ReadonlyArray<string>): void {
    for (const ackId of ackIds) if (this.#isKept(ackId)) this.#soon.add(ackId)
  }

  /** Their lease could not be kept; what is being settled is not judged here. */
  giveUp(ackIds: ReadonlyArray<string>): void {
    for (const ackId of ackIds) {
      if (!this.#held.delete(ackId)) continue
      this.#noteLost(ackId)
      this.#counts.lost += 1
    }
  }

  #isKept(ackId: string): boolean {
    return this.#held.has(ackId) || this.#settling.get(ackId)?.idRequest.isRelease === false
  }

  #noteLost(ackId: string): void {
    this.#counts.leasesLost += 1
    this.#leasesLost.add(ackId)
    const [oldest] = this.#leasesLost
    if (this.#leasesLost.size > this.max && oldest !== undefined) this.#leasesLost.delete(oldest)
  }
}

import { GivenBackTimes } from "../../GivenBackTimes.ts"
import { givenBackSeconds, handOverMax } from "../../Limits.ts"
import type { Delivery } from "../../Message.ts"
import type { LostDelivery } from "../../Settled.ts"
import type { Batch, DeliveryCounts, HeldDelivery, HeldEnd, WireCredit } from "./HeldDelivery.ts"
import { OrderingKeys } from "./OrderingKeys.ts"
import { Outstanding, type OutstandingLimits } from "./Outstanding.ts"
import type { SettleRequest } from "./SettleRequest.ts"

/**
 * What one open subscription holds: where each delivery is, and what it takes of the limits.
 *
 * **Guarantee**: what is handed over never exceeds the limits, but that one delivery always may; a delivery is
 * claimed for settling once; with ordering, one delivery of a key at a time is handed over and not set aside.
 */
export class HeldDeliveries {
  /** How much of the limits all of it takes. */
  readonly room: Pick<Outstanding, "isFull" | "isHalfEmpty" | "share" | "maxMessages">
  readonly #outstanding: Outstanding
  readonly #byAckId = new Map<string, HeldDelivery>()
  readonly #ready: Array<Batch> = []
  #keys: OrderingKeys<HeldDelivery> | undefined
  /** Whose lease was lost; told to whoever settles them all the same. */
  readonly #leasesLost = new WeakSet<Delivery>()
  readonly counts: DeliveryCounts = { received: 0, acked: 0, released: 0, lost: 0, leasesLost: 0 }

  readonly #givenBack = new GivenBackTimes()
  readonly #now: () => number

  /** `now`: ms of a monotonic clock. */
  constructor(limits: OutstandingLimits, now: () => number) {
    this.#outstanding = new Outstanding(limits)
    this.room = this.#outstanding
    this.#now = now
  }

  /** From now on deliveries of one ordering key are handed over one after another. */
  keepOrder(): void {
    if (this.#keys !== undefined) return
    this.#keys = new OrderingKeys()
    for (const held of this.parked()) this.#keys.enter(held)
  }

  /** Whether deliveries of one ordering key are handed over one after another. */
  get keepsOrder(): boolean {
    return this.#keys !== undefined
  }

  /** Handed over and unsettled, those set aside included. */
  get handedOver(): number {
    return this.#byAckId.size - this.#outstanding.parked
  }

  [Symbol.iterator](): IterableIterator<HeldDelivery> {
    return this.#byAckId.values()
  }

  isHeld(delivery: Delivery): boolean {
    return this.#byAckId.has(delivery.ackId)
  }

  /** Takes over what a server sent; a delivery that is held already is not taken again. */
  receive(
    deliveries: ReadonlyArray<Delivery>,
    credit: WireCredit,
    now: number,
    renewAt: number
  ): Array<HeldDelivery> {
    const received: Array<HeldDelivery> = []
    for (const delivery of deliveries) {
      if (this.#byAckId.has(delivery.ackId)) continue
      const held: HeldDelivery = {
        ackId: delivery.ackId,
        delivery,
        bytes: delivery.bytes,
        credit,
        since: now,
        renewAt,
        place: "parked",
        isAdmitted: false,
        settleRequest: undefined
      }
      this.#byAckId.set(delivery.ackId, held)
      received.push(held)
      this.#keys?.enter(held)
      this.#outstanding.receive(held)
    }
    return received
  }

  /** Makes parked deliveries available to `take`, each as soon as its key is free. */
  admit(received: ReadonlyArray<HeldDelivery>): void {
    const keys = this.#keys
    const items =
      keys === undefined
        ? received
        : received.filter((held) => {
            held.isAdmitted = true
            return held.place === "parked" && keys.isFirst(held)
          })
    if (items.length > 0) this.#ready.push({ items, next: 0, passed: undefined })
  }

  /**
   * Hands over the next batch, small ones that follow it included, as far as the limits allow; undefined when there is
   * none or no room.
   */
  take(): ReadonlyArray<Delivery> | undefined {
    const taken: Array<Delivery> = []
    for (let batch = this.#ready[0]; batch !== undefined; batch = this.#ready[0]) {
      if (taken.length > 0 && taken.length + batch.items.length - batch.next > handOverMax) break
      for (let held = batch.items[batch.next]; held !== undefined; held = batch.items[++batch.next]) {
        if (held.place !== "parked" || held.settleRequest !== undefined) continue
        if (!this.#outstanding.fits(held)) return this.#taken(taken)
        this.#outstanding.move(held, "handed")
        taken.push(held.delivery)
      }
      this.#ready.shift()
    }
    return this.#taken(taken)
  }

  /** Takes deliveries out of the limits; the next of their keys may go on. */
  setAside(deliveries: ReadonlyArray<Delivery>): void {
    for (const delivery of deliveries) {
      const held = this.#byAckId.get(delivery.ackId)
      if (held?.place !== "handed") continue
      this.#outstanding.move(held, "aside")
      this.#pass(held)
    }
  }

  /** Which of these were handed over, are held and not being settled; each once. */
  free(deliveries: ReadonlyArray<Delivery>): ReadonlyArray<HeldDelivery> {
    const free = new Set<HeldDelivery>()
    for (const { ackId } of deliveries) {
      const held = this.#byAckId.get(ackId)
      if (held !== undefined && held.place !== "parked" && held.settleRequest === undefined) free.add(held)
    }
    return [...free]
  }

  /** Somebody else holds its id from now on. Its stream stays charged: the server counts it as outstanding there. */
  handOn(held: HeldDelivery): void {
    this.setAside([held.delivery])
    this.#byAckId.delete(held.ackId)
  }

  /** Claims for `settleRequest` what is held and not yet being settled, and answers it; the rest is lost to it. */
  claim(
    deliveries: ReadonlyArray<Delivery>,
    settleRequest: SettleRequest<LostDelivery>
  ): ReadonlyArray<HeldDelivery> {
    const claimed: Array<HeldDelivery> = []
    for (const delivery of deliveries) {
      const held = this.#byAckId.get(delivery.ackId)
      if (held === undefined || held.settleRequest !== undefined) {
        const reason = this.#leasesLost.has(delivery) ? "lease-lost" : "already-settled"
        settleRequest.lost.push({ delivery, reason })
      } else {
        held.settleRequest = settleRequest
        claimed.push(held)
      }
    }
    settleRequest.open = claimed.length
    return claimed
  }

  /** Counts a delivery whose lease was lost, and remembers it for whoever settles it later. */
  noteLeaseLost(delivery: Delivery): void {
    this.#leasesLost.add(delivery)
    this.counts.leasesLost += 1
  }

  /**
   * Forgets a delivery that is settled or lost.
   *
   * Answers what was held behind it and has to be released with it, because it will come again and must not be
   * overtaken: the later ones of its key, wherever it is in line itself.
   */
  forget(held: HeldDelivery, end: HeldEnd): ReadonlyArray<HeldDelivery> {
    if (!this.#byAckId.delete(held.ackId)) return []
    if (held.place !== "parked") this.counts[end] += 1
    else this.#givenBack.note(held.delivery.publishTimeMicros, this.#now() + givenBackSeconds * 1_000)
    this.#outstanding.move(held, "gone")
    if (this.#keys === undefined) return []
    if (end !== "acked") return this.#keys.flush(held)
    this.#pass(held)
    return []
  }

  /** Forgets all but what is being settled: nobody extends or releases it any more. */
  abandon(): void {
    for (const held of [...this.#byAckId.values()]) {
      if (held.settleRequest !== undefined) continue
      if (held.place !== "parked") this.noteLeaseLost(held.delivery)
      this.forget(held, "lost")
    }
  }

  /** Whether anything was received and not handed over. */
  get hasParked(): boolean {
    return this.#outstanding.parked > 0
  }

  /** What was received and not handed over. */
  parked(): ReadonlyArray<HeldDelivery> {
    return !this.hasParked ? [] : [...this.#byAckId.values()].filter(({ place }) => place === "parked")
  }

  /**
   * Oldest publish time among what was received and not handed over, that given back or lost lately included.
   *
   * **Units**: µs since the epoch.
   */
  oldestParkedMicros(): number | undefined {
    let oldest = this.#givenBack.oldestMicros(this.#now())
    if (!this.hasParked) return oldest
    for (const { delivery, place } of this.#byAckId.values()) {
      if (place === "parked" && (oldest === undefined || delivery.publishTimeMicros < oldest)) {
        oldest = delivery.publishTimeMicros
      }
    }
    return oldest
  }

  #taken(taken: ReadonlyArray<Delivery>): ReadonlyArray<Delivery> | undefined {
    this.counts.received += taken.length
    return taken.length > 0 ? taken : undefined
  }

  /** The next delivery of the key may go on. */
  #pass(held: HeldDelivery): void {
    let next = this.#keys?.next(held)
    while (next?.place === "gone") next = this.#keys?.next(next)
    if (next?.isAdmitted !== true) return
    const passed = this.#ready.at(-1)?.passed ?? []
    passed.push(next)
    if (passed.length === 1) this.#ready.push({ items: passed, next: 0, passed })
  }
}

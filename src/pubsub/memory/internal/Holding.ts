/** What one consumer of the embedded Pub/Sub holds: its leases are kept, and it is settled. */
import { type Clock, Effect } from "effect"
import { type SettledIds, TooManyHeldIds } from "../../HeldIds.ts"
import type { Delivery } from "../../Message.ts"
import type { LostReason, Settled } from "../../Settled.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { Backlog } from "./Backlog.ts"
import { HeldDeliveries, type HeldDelivery } from "./HeldDeliveries.ts"
import { HeldIdTable } from "./HeldIdTable.ts"
import type { Server } from "./Server.ts"

/** How to settle: acknowledge, or make available again after so many milliseconds. */
export type SettleVerb = "ack" | number

/**
 * What one consumer holds: its leases are kept, and it is settled.
 *
 * Synchronous but for its waits: whatever it decides, it decides in one step that no interruption can split.
 */
export class Holding {
  readonly deliveries: HeldDeliveries
  readonly ids: HeldIdTable
  readonly counts = { received: 0, acked: 0, released: 0, lost: 0 }
  leasesLost = 0
  readonly #server: Server
  readonly #clock: Clock.Clock
  readonly #process: string
  readonly #options: ResolvedOptions
  readonly #lostToLeases = new WeakSet<Delivery>()

  constructor(server: Server, clock: Clock.Clock, process: string, options: ResolvedOptions) {
    this.#server = server
    this.#clock = clock
    this.#process = process
    this.#options = options
    this.deliveries = new HeldDeliveries(options)
    this.ids = new HeldIdTable(options.heldIdsMax)
  }

  get size(): number {
    return this.deliveries.size + this.ids.count
  }

  get status() {
    const { leasesLost, size } = this
    return { ...this.counts, held: size, leasesLost, outstandingShare: this.deliveries.outstandingShare }
  }

  add(taken: ReadonlyArray<Delivery>, now: number): void {
    const leasedUntil = now + this.#options.leaseSeconds * 1000
    for (const one of taken) this.deliveries.add(one, now, leasedUntil)
    this.counts.received += taken.length
  }

  /** Drops everything, by a crash, without a word to the server. */
  abandon(): void {
    this.#letGo(() => false)
  }

  /** Drops everything without a word to the server: each lease runs out, and counts as lost. */
  loseAll(): void {
    this.leasesLost += this.size
    this.abandon()
  }

  /** Releases everything, unless the server does not answer: then the leases run out. */
  releaseAll(): void {
    const now = this.#now()
    const backlog = this.#outageLeft(now) > 0 ? undefined : this.#backlog()
    backlog?.advance(now)
    this.#letGo((ackId) => backlog?.release(ackId, now, 0) === true)
  }

  /** Extends what is held, gives up what has been held too long, and forgets what could not be kept. */
  keepLeases(): void {
    const now = this.#now()
    const backlog = this.#outageLeft(now) > 0 ? undefined : this.#backlog()
    backlog?.advance(now)
    for (const held of this.deliveries) {
      if (this.#keepLease(held, backlog, now)) continue
      this.#lostToLeases.add(held.delivery)
      this.deliveries.drop(held)
      this.#countLeaseLost()
    }
    const idLeaseMillis = this.#options.heldIdsLeaseSeconds * 1000
    for (const [ackId, leasedUntil] of this.ids) {
      const isKept = backlog?.extend(ackId, now, idLeaseMillis) ?? leasedUntil > now
      if (isKept && backlog !== undefined) this.ids.hold(ackId, now + idLeaseMillis)
      if (isKept) continue
      this.ids.lose(ackId)
      this.#countLeaseLost()
    }
  }

  /** Holds by their ids alone what of these is held; fails, and changes nothing, where that is too much. */
  holdIds(deliveries: ReadonlyArray<Delivery>): Effect.Effect<ReadonlyArray<string>, TooManyHeldIds> {
    return Effect.suspend(() => {
      const held = new Set<HeldDelivery>()
      for (const delivery of deliveries) {
        const one = this.deliveries.get(delivery)
        if (one !== undefined) held.add(one)
      }
      const { count, max } = this.ids
      if (count + held.size > max) {
        const { subscription } = this.#options
        return Effect.fail(new TooManyHeldIds({ subscription, max, held: count, asked: held.size }))
      }
      for (const one of held) {
        this.deliveries.drop(one)
        this.ids.hold(one.delivery.ackId, one.leasedUntil)
      }
      return Effect.succeed(Array.from(held, ({ delivery }) => delivery.ackId))
    })
  }

  settle(verb: SettleVerb, deliveries: ReadonlyArray<Delivery>): Effect.Effect<Settled> {
    const kind: Kind<Delivery> = {
      ackIdOf: ({ ackId }) => ackId,
      isHeld: (delivery) => this.deliveries.get(delivery) !== undefined,
      wasLost: (delivery) => this.#lostToLeases.has(delivery),
      drop: (delivery) => {
        const held = this.deliveries.get(delivery)
        if (held !== undefined) this.deliveries.drop(held)
      },
      noteLost: (delivery) => this.#lostToLeases.add(delivery)
    }
    return Effect.map(this.#settle(kind, verb, deliveries), ({ done, lost }) => ({
      done,
      lost: lost.map(([delivery, reason]) => ({ delivery, reason }))
    }))
  }

  settleIds(verb: SettleVerb, ackIds: ReadonlyArray<string>): Effect.Effect<SettledIds> {
    const kind: Kind<string> = {
      ackIdOf: (ackId) => ackId,
      isHeld: (ackId) => this.ids.has(ackId),
      wasLost: (ackId) => this.ids.wasLost(ackId),
      drop: (ackId) => this.ids.drop(ackId),
      noteLost: (ackId) => this.ids.lose(ackId)
    }
    return Effect.map(this.#settle(kind, verb, ackIds), ({ done, lost }) => ({
      done,
      lost: lost.map(([ackId, reason]) => ({ ackId, reason }))
    }))
  }

  #settle<A>(kind: Kind<A>, verb: SettleVerb, all: ReadonlyArray<A>): Effect.Effect<Sent<A>> {
    return Effect.suspend(() => {
      const hasToWait = this.#outageLeft(this.#now()) > 0 && all.some((one) => kind.isHeld(one))
      if (!hasToWait) return Effect.succeed(this.#send(kind, verb, all))
      // What is waited for stays held: an interruption leaves nothing to undo.
      const patienceMillis = this.#options.leaseSeconds * 1000
      return Effect.map(this.#server.awaitAvailable(this.#clock, patienceMillis, this.#process), () =>
        this.#send(kind, verb, all)
      )
    })
  }

  /** Settles what is held, in one step, so that of several callers one settles a delivery and the others lose it. */
  #send<A>(kind: Kind<A>, verb: SettleVerb, all: ReadonlyArray<A>): Sent<A> {
    const now = this.#now()
    const hasArrived = this.#outageLeft(now) === 0
    const passage = hasArrived ? this.#server.settlePassage() : "request-lost"
    const backlog = passage === "request-lost" ? undefined : this.#backlog()
    backlog?.advance(now)
    const lost: Array<readonly [A, LostReason]> = []
    for (const one of all) {
      if (!kind.isHeld(one)) {
        lost.push([one, kind.wasLost(one) ? "lease-lost" : "already-settled"])
        continue
      }
      const ackId = kind.ackIdOf(one)
      const isDone =
        backlog !== undefined &&
        (verb === "ack" ? backlog.acknowledge(ackId) : backlog.release(ackId, now, verb))
      kind.drop(one)
      if (isDone && passage === "arrives") {
        this.counts[verb === "ack" ? "acked" : "released"] += 1
        continue
      }
      this.counts.lost += 1
      if (!isDone && backlog !== undefined) {
        this.leasesLost += 1
        kind.noteLost(one)
      }
      lost.push([
        one,
        passage !== "arrives" ? "unanswered" : backlog === undefined ? "refused" : "lease-lost"
      ])
    }
    this.#server.wake(this.#options.subscription)
    return { done: all.length - lost.length, lost }
  }

  /** Answers whether the delivery is still held. */
  #keepLease(held: HeldDelivery, backlog: Backlog | undefined, now: number): boolean {
    if (held.since + this.#options.leaseTotalMillis <= now) {
      backlog?.release(held.delivery.ackId, now, 0)
      return false
    }
    if (backlog === undefined) return held.leasedUntil > now
    const leaseMillis = this.#options.leaseSeconds * 1000
    held.leasedUntil = now + leaseMillis
    return backlog.extend(held.delivery.ackId, now, leaseMillis)
  }

  #letGo(isReleased: (ackId: string) => boolean): void {
    const count = (ackId: string): boolean => {
      const released = isReleased(ackId)
      this.counts[released ? "released" : "lost"] += 1
      return released
    }
    for (const { delivery } of this.deliveries) {
      if (!count(delivery.ackId)) this.#lostToLeases.add(delivery)
    }
    for (const [ackId] of this.ids) if (!count(ackId)) this.ids.lose(ackId)
    this.deliveries.clear()
    this.ids.clear()
  }

  #countLeaseLost(): void {
    this.leasesLost += 1
    this.counts.lost += 1
  }

  #backlog(): Backlog | undefined {
    return this.#server.subscription(this.#options.subscription)?.backlog
  }

  #outageLeft(now: number): number {
    return this.#server.outageLeft(now, this.#process)
  }

  #now(): number {
    return this.#clock.currentTimeMillisUnsafe()
  }
}

/** What can be settled: deliveries, or ids. */
interface Kind<A> {
  readonly ackIdOf: (one: A) => string
  readonly isHeld: (one: A) => boolean
  readonly wasLost: (one: A) => boolean
  readonly drop: (one: A) => void
  /** Its lease was lost; told to whoever settles it later. */
  readonly noteLost: (one: A) => void
}

interface Sent<A> {
  readonly done: number
  readonly lost: ReadonlyArray<readonly [A, LostReason]>
}

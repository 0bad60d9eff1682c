/** One process reading one subscription of the embedded Pub/Sub. */
import { Cause, type Clock, Duration, Effect, Latch, type Pull } from "effect"
import { leaseSeconds, leaseTotalMinutes, releaseDelayMaxSeconds } from "../../Limits.ts"
import type { Delivery } from "../../Message.ts"
import { PubSubError, ResourceMissing } from "../../PubSubError.ts"
import type { Settled, SubscriptionOptions, SubscriptionStatus } from "../../Subscriber.ts"
import type { Backlog } from "./Backlog.ts"
import { HeldDeliveries, type HeldDelivery } from "./HeldDeliveries.ts"
import type { Consumer, Server } from "./Server.ts"

const leaseMillis = leaseSeconds * 1_000
const leaseTotalMillis = leaseTotalMinutes * 60_000
const releaseDelayMaxMillis = releaseDelayMaxSeconds * 1_000

type Batch = readonly [ReadonlyArray<Delivery>]
type CarryOut = (backlog: Backlog, ackId: string, now: number) => boolean

/**
 * Pulls, keeps leases, and settles, as `OpenSubscription` promises.
 *
 * Synchronous but for its waits: whatever it decides, it decides in one step that no interruption can split.
 */
export class Consumption implements Consumer {
  readonly process: string
  readonly subscription: string
  readonly #server: Server
  readonly #clock: Clock.Clock
  readonly #held: HeldDeliveries
  readonly #wakeUp = Latch.makeUnsafe(false)
  #state: "open" | "stopped" | "closed" | "crashed" = "open"
  #isStreaming = false
  #quietSince: bigint | undefined
  #leasesLost = 0
  #defect: Cause.Cause<never> | undefined

  constructor(options: {
    readonly server: Server
    readonly clock: Clock.Clock
    readonly process: string
    readonly limits: SubscriptionOptions
  }) {
    this.#server = options.server
    this.#clock = options.clock
    this.process = options.process
    this.subscription = options.limits.subscription
    this.#held = new HeldDeliveries(options.limits)
    this.#server.consumers.add(this)
  }

  /** Waits for the next batch; done after `stop` and `close`. */
  readonly pull: Pull.Pull<Batch, PubSubError> = Effect.suspend(() => {
    this.#isStreaming = true
    this.#wakeUp.closeUnsafe()
    if (this.#defect !== undefined) return Effect.failCause(this.#defect)
    if (this.#state === "crashed") return Effect.never
    if (this.#state !== "open") return Cause.done()
    const now = this.#now()
    const outageLeft = this.#server.outageLeft(now)
    if (outageLeft > 0) return this.#waitLoudly(outageLeft)
    const backlog = this.#backlog()
    if (backlog === undefined) return Effect.fail(missing(this.subscription))
    const room = this.#held.room(this.#server.batchSize)
    if (room === undefined) return this.#waitLoudly(Number.POSITIVE_INFINITY)
    const taken = backlog.take(now, room)
    if (taken.length > 0) return Effect.succeed(this.#handOver(taken, now))
    if (backlog.hasReady) return this.#waitLoudly(Number.POSITIVE_INFINITY)
    this.#quietSince ??= this.#clock.monotonicTimeNanosUnsafe()
    return this.#wait(backlog.nextDue - now)
  })

  /** The stream of deliveries is not read any more. */
  endStream(): void {
    this.#isStreaming = false
    this.#quietSince = undefined
  }

  ack(deliveries: ReadonlyArray<Delivery>): Effect.Effect<Settled> {
    return this.#settle(deliveries, (backlog, ackId) => backlog.acknowledge(ackId))
  }

  release(deliveries: ReadonlyArray<Delivery>, delay: Duration.Duration): Effect.Effect<Settled> {
    const delayMillis = Math.min(Duration.toMillis(delay), releaseDelayMaxMillis)
    return this.#settle(deliveries, (backlog, ackId, now) => backlog.release(ackId, now, delayMillis))
  }

  setAside(deliveries: ReadonlyArray<Delivery>): void {
    this.#held.setAside(deliveries)
    this.wake()
  }

  isHeld(delivery: Delivery): boolean {
    return this.#held.get(delivery) !== undefined
  }

  /** Extends what is held, gives up what has been held too long, and forgets what could not be kept. */
  keepLeases(): void {
    const now = this.#now()
    const backlog = this.#server.outageLeft(now) > 0 ? undefined : this.#backlog()
    backlog?.advance(now)
    for (const held of this.#held) {
      if (this.#keepLease(held, backlog, now)) continue
      this.#held.drop(held)
      this.#leasesLost += 1
    }
    this.#server.wake(this.subscription)
  }

  stop(): void {
    if (this.#state === "open") this.#state = "stopped"
    this.wake()
  }

  /** Releases what is held, unless the server does not answer: then the leases run out. */
  close(): void {
    const now = this.#now()
    const backlog = this.#server.outageLeft(now) > 0 ? undefined : this.#backlog()
    backlog?.advance(now)
    for (const held of this.#held) backlog?.release(held.delivery.ackId, now, 0)
    this.#leave("closed")
    this.#server.wake(this.subscription)
  }

  crash(): void {
    this.#leave("crashed")
  }

  die(defect: Cause.Cause<never>): void {
    this.#defect = defect
    this.wake()
  }

  wake(): void {
    this.#wakeUp.openUnsafe()
  }

  status(): SubscriptionStatus {
    const trouble = this.#trouble()
    const isQuiet = trouble === "" && this.#quietSince !== undefined
    const quietNanos = isQuiet ? this.#clock.monotonicTimeNanosUnsafe() - (this.#quietSince ?? 0n) : 0n
    return {
      connected: trouble === "",
      trouble,
      held: this.#held.size,
      leasesLost: this.#leasesLost,
      // A batch is taken from the server in the same step in which it is handed over.
      oldestUndeliveredMicros: undefined,
      quietMillis: Number(quietNanos / 1_000_000n)
    }
  }

  #settle(deliveries: ReadonlyArray<Delivery>, carryOut: CarryOut): Effect.Effect<Settled> {
    return Effect.suspend(() => {
      const hasToWait = this.#server.outageLeft(this.#now()) > 0 && deliveries.some((one) => this.isHeld(one))
      if (!hasToWait) return Effect.succeed(this.#send(deliveries, carryOut))
      // What is waited for stays held: an interruption leaves nothing to undo.
      return Effect.map(this.#server.awaitAvailable(this.#clock, leaseMillis), () =>
        this.#send(deliveries, carryOut)
      )
    })
  }

  /** Settles what is held, in one step, so that of several callers one settles a delivery and the others lose it. */
  #send(deliveries: ReadonlyArray<Delivery>, carryOut: CarryOut): Settled {
    const now = this.#now()
    const hasArrived = this.#server.outageLeft(now) === 0
    const passage = hasArrived ? this.#server.settlePassage() : "request-lost"
    const backlog = passage === "request-lost" ? undefined : this.#backlog()
    backlog?.advance(now)
    const lost: Array<Delivery> = []
    for (const delivery of deliveries) {
      const held = this.#held.get(delivery)
      const isDone = held !== undefined && backlog !== undefined && carryOut(backlog, delivery.ackId, now)
      if (!isDone || passage !== "arrives") lost.push(delivery)
      if (held === undefined) continue
      if (!isDone && backlog !== undefined) this.#leasesLost += 1
      this.#held.drop(held)
    }
    this.#server.wake(this.subscription)
    return { done: deliveries.length - lost.length, lost }
  }

  /** Answers whether the delivery is still held. */
  #keepLease(held: HeldDelivery, backlog: Backlog | undefined, now: number): boolean {
    if (held.since + leaseTotalMillis <= now) {
      backlog?.release(held.delivery.ackId, now, 0)
      return false
    }
    if (backlog === undefined) return held.leasedUntil > now
    held.leasedUntil = now + leaseMillis
    return backlog.extend(held.delivery.ackId, now)
  }

  #handOver(taken: ReadonlyArray<Delivery>, now: number): Batch {
    this.#quietSince = undefined
    for (const one of taken) this.#held.add(one, now, now + leaseMillis)
    return [taken]
  }

  /** Waits where the silence says nothing about what there is to deliver. */
  #waitLoudly(millis: number): Pull.Pull<Batch, PubSubError> {
    this.#quietSince = undefined
    return this.#wait(millis)
  }

  #wait(millis: number): Pull.Pull<Batch, PubSubError> {
    const woken = Number.isFinite(millis)
      ? Effect.timeoutOption(this.#wakeUp.await, Duration.millis(millis))
      : this.#wakeUp.await
    return Effect.andThen(woken, this.pull)
  }

  #leave(state: "closed" | "crashed"): void {
    if (this.#state !== "crashed") this.#state = state
    this.#server.consumers.delete(this)
    this.#held.clear()
    this.wake()
  }

  #trouble(): string {
    if (this.#state !== "open" || !this.#isStreaming) return "not reading"
    if (this.#server.outageLeft(this.#now()) > 0) return "Pub/Sub does not answer; trying again"
    if (this.#backlog() === undefined) return "the subscription does not exist"
    return ""
  }

  #backlog(): Backlog | undefined {
    return this.#server.subscription(this.subscription)?.backlog
  }

  #now(): number {
    return this.#clock.currentTimeMillisUnsafe()
  }
}

const missing = (subscription: string): PubSubError =>
  new PubSubError({
    operation: "pull",
    resource: subscription,
    reason: new ResourceMissing({ cause: "no such subscription" })
  })

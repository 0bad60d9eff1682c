/** One process reading one subscription of the embedded Pub/Sub. */
import { Cause, type Clock, Duration, Effect, Latch, type Pull } from "effect"
import type { SettledIds, TooManyHeldIds } from "../../HeldIds.ts"
import { releaseDelayMaxSeconds } from "../../Limits.ts"
import type { Delivery } from "../../Message.ts"
import { PubSubError, type PubSubReason, RequestRejected, ResourceMissing } from "../../PubSubError.ts"
import type { Settled } from "../../Settled.ts"
import type { DeliveryProgress, SubscriptionStatus } from "../../Subscriber.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import { ConsumptionQuiet } from "./ConsumptionQuiet.ts"
import { Holding } from "./Holding.ts"
import type { Consumer, ServedSubscription, Server } from "./Server.ts"
import { Socket } from "./Socket.ts"

const releaseDelayMaxMillis = releaseDelayMaxSeconds * 1_000

type Batch = readonly [ReadonlyArray<Delivery>]

/**
 * Pulls, keeps leases, and settles, as `Subscription` promises.
 *
 * Synchronous but for its waits: whatever it decides, it decides in one step that no interruption can split.
 */
export class Consumption implements Consumer {
  readonly process: string
  readonly subscription: string
  readonly #server: Server
  readonly #clock: Clock.Clock
  readonly #holding: Holding
  readonly #socket: Socket
  readonly #leaseMillis: number
  readonly #wakeUp = Latch.makeUnsafe(false)
  #state: "open" | "stopped" | "closed" | "crashed" = "open"
  #isStreaming = false
  readonly #quiet: ConsumptionQuiet
  #heardAtMillis = Number.NEGATIVE_INFINITY
  #defect: Cause.Cause<never> | undefined

  constructor(options: {
    readonly server: Server
    readonly clock: Clock.Clock
    readonly process: string
    readonly options: ResolvedOptions
  }) {
    this.#server = options.server
    this.#clock = options.clock
    this.process = options.process
    this.subscription = options.options.subscription
    this.#holding = new Holding(options.server, options.clock, options.process, options.options)
    this.#socket = new Socket(options.server, options.clock, this.process, this.subscription)
    this.#leaseMillis = options.options.leaseSeconds * 1000
    this.#quiet = new ConsumptionQuiet(options.clock, this.#leaseMillis)
    this.#server.consumers.add(this)
  }

  /** Waits for the next batch; done after `stop` and `close`. */
  readonly pull: Pull.Pull<Batch, PubSubError> = Effect.suspend(() => {
    this.#isStreaming = true
    this.#wakeUp.closeUnsafe()
    if (this.#defect !== undefined) return Effect.failCause(this.#defect)
    if (this.#state === "crashed") return Effect.never
    if (this.#state !== "open") return Cause.done()
    if (this.#socket.isFrozen) return this.#wait(Number.POSITIVE_INFINITY)
    const now = this.#now()
    const unread = this.#socket.read()
    if (unread.length > 0) return Effect.succeed(this.#handOver(unread, now))
    const outageLeft = this.#server.outageLeft(now, this.process)
    if (outageLeft > 0) {
      this.#quiet.cutOff()
      return this.#wait(outageLeft)
    }
    this.#quiet.joined()
    const served = this.#served()
    if (served === undefined) return this.#refused(new ResourceMissing({ cause: "no such subscription" }))
    if (served.isDetached) {
      const detail = "Subscription is detached"
      return this.#refused(new RequestRejected({ detail, cause: detail }))
    }
    const { backlog } = served
    const room = this.#holding.deliveries.room(this.#server.batchSize)
    if (room === undefined) return this.#waitLoudly(Number.POSITIVE_INFINITY)
    const taken = backlog.take(now, room, this.#leaseMillis)
    if (taken.length > 0) return Effect.succeed(this.#handOver(taken, now))
    if (backlog.hasReady) return this.#waitLoudly(Number.POSITIVE_INFINITY)
    if (this.#undeliverable() !== undefined) return this.#waitLoudly(backlog.nextDue - now)
    this.#quiet.begin()
    return this.#wait(backlog.nextDue - now)
  })

  /** The stream of deliveries is not read any more. */
  endStream(): void {
    this.#isStreaming = false
    this.#quiet.disturb()
  }

  ack(deliveries: ReadonlyArray<Delivery>): Effect.Effect<Settled> {
    return this.#holding.settle("ack", deliveries)
  }

  release(deliveries: ReadonlyArray<Delivery>, delay: Duration.Duration): Effect.Effect<Settled> {
    return this.#holding.settle(delayMillis(delay), deliveries)
  }

  setAside(deliveries: ReadonlyArray<Delivery>): void {
    this.#holding.deliveries.setAside(deliveries)
    this.wake()
  }

  isHeld(delivery: Delivery): boolean {
    return this.#holding.deliveries.get(delivery) !== undefined
  }

  holdIds(deliveries: ReadonlyArray<Delivery>): Effect.Effect<ReadonlyArray<string>, TooManyHeldIds> {
    return Effect.tap(this.#holding.holdIds(deliveries), () => Effect.sync(() => this.wake()))
  }

  ackIds(ackIds: ReadonlyArray<string>): Effect.Effect<SettledIds> {
    return this.#holding.settleIds("ack", ackIds)
  }

  releaseIds(ackIds: ReadonlyArray<string>, delay: Duration.Duration): Effect.Effect<SettledIds> {
    return this.#holding.settleIds(delayMillis(delay), ackIds)
  }

  releaseAllIds(): Effect.Effect<SettledIds> {
    const ackIds = Array.from(this.#holding.ids, ([ackId]) => ackId)
    return this.#holding.settleIds(0, ackIds)
  }

  get heldIdCount(): number {
    return this.#holding.ids.count
  }

  /** Extends what is held, gives up what has been held too long, and forgets what could not be kept. */
  keepLeases(): void {
    if (this.#socket.isFrozen) return
    this.#holding.keepLeases()
    this.#server.wake(this.subscription)
  }

  limitOutstanding(messages: number): void {
    this.#holding.deliveries.limitMessages(messages)
    this.wake()
  }

  /** Stops handing over; where it `forgets` too what is held, its leases run out. */
  stop(forgets = false): void {
    if (forgets) this.#holding.loseAll()
    if (this.#state === "open") this.#state = "stopped"
    this.wake()
  }

  /** Releases what is held, unless the server does not answer: then the leases run out. */
  close(): void {
    this.#holding.releaseAll()
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
    if (!this.#socket.isFrozen) this.#wakeUp.openUnsafe()
    if (!this.#socket.isDeaf || this.#state !== "open" || !this.#isStreaming) return
    const room = this.#holding.deliveries.room(this.#server.batchSize)
    this.#socket.fill(this.#served()?.backlog, room, this.#leaseMillis)
  }

  setFrozen(isFrozen: boolean): void {
    this.#socket.setFrozen(isFrozen)
    this.wake()
  }

  status(): SubscriptionStatus {
    const trouble = this.#trouble()
    const error = this.#undeliverable()
    return {
      connected: trouble === "",
      trouble,
      ...(error === undefined ? {} : { error }),
      ...this.#holding.status
    }
  }

  progress(): DeliveryProgress {
    const isOpen = this.#trouble() === ""
    // The server is in this process: it is heard whenever it is looked at, unless it is unavailable or nobody reads.
    const heardAt = this.#socket.heardAt
    if (isOpen) this.#heardAtMillis = Number(heardAt / 1_000n) / 1_000
    return {
      // A batch is taken from the server in the same step in which it is handed over.
      oldestUndeliveredMicros: undefined,
      quietMillis: isOpen ? this.#quiet.millisAt(heardAt) : 0,
      mayBeLost: this.#quiet.mayBeLost,
      provenAtMillis: this.#heardAtMillis,
      heardAtMillis: this.#heardAtMillis
    }
  }

  #handOver(taken: ReadonlyArray<Delivery>, now: number): Batch {
    this.#quiet.disturb()
    this.#holding.add(taken, now)
    return [taken]
  }

  /** Waits where the silence says nothing about what there is to deliver. */
  #waitLoudly(millis: number): Pull.Pull<Batch, PubSubError> {
    this.#quiet.disturb()
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
    this.#holding.abandon()
    this.wake()
  }

  #trouble(): string {
    if (this.#state !== "open" || !this.#isStreaming) return "not reading"
    if (this.#server.outageLeft(this.#now(), this.process) > 0) return "Pub/Sub does not answer; trying again"
    if (this.#served() === undefined) return "the subscription does not exist"
    return this.#undeliverable()?.message ?? ""
  }

  #undeliverable(): PubSubError | undefined {
    const served = this.#served()
    return served === undefined ? undefined : this.#server.undeliverable(served)
  }

  #refused(reason: PubSubReason): Pull.Pull<Batch, PubSubError> {
    return Effect.fail(new PubSubError({ operation: "pull", resource: this.subscription, reason }))
  }

  #served(): ServedSubscription | undefined {
    return this.#server.subscription(this.subscription)
  }

  #now(): number {
    return this.#clock.currentTimeMillisUnsafe()
  }
}

const delayMillis = (delay: Duration.Duration): number =>
  Math.min(Duration.toMillis(delay), releaseDelayMaxMillis)

/** The embedded Pub/Sub's server: topics, their subscriptions, and who consumes them. */
import { type Clock, Duration, Effect, Latch, Option } from "effect"
import type { Message } from "../../Message.ts"
import type { SubscriptionPlan } from "../../PubSubAdmin.ts"
import { type PubSubError, undeliverable } from "../../PubSubError.ts"
import { type Faults, noFaults, passage } from "../Faults.ts"
import { Backlog } from "./Backlog.ts"
import { Cuts } from "./Cuts.ts"
import { type AcceptedBefore, type Published, publishedFrom } from "./Published.ts"

/** A process reading a subscription, as the server sees it. */
export interface Consumer {
  readonly process: string
  /** The full name. */
  readonly subscription: string
  /** Something may have become ready for it. */
  readonly wake: () => void
  /** Its process has died: it is not to settle or release anything any more. */
  readonly crash: () => void
  /** Its process stands still, or goes on. */
  readonly setFrozen: (isFrozen: boolean) => void
}

/** A subscription on the server. */
export interface ServedSubscription {
  readonly name: string
  /** As it was created; whether it is still there is asked of `Server.isDeleted`. */
  readonly topic: ServedTopic
  readonly plan: SubscriptionPlan
  readonly backlog: Backlog
  /** Whether it was detached from its topic. */
  readonly isDetached: boolean
}

/** A topic on the server. */
export interface ServedTopic {
  readonly subscriptions: Map<string, ServedSubscription>
  /** The most recent ones, oldest first. */
  readonly published: Array<Published>
}

/**
 * Everything the embedded server knows; every call is synchronous and atomic.
 *
 * **Guarantee**: deterministic: the same calls at the same times with the same seed do the same.
 */
export class Server {
  faults: Faults = noFaults
  readonly consumers = new Set<Consumer>()
  readonly batchSize: number
  readonly #history: number
  readonly #random: () => number
  readonly #topics = new Map<string, ServedTopic>()
  readonly #subscriptions = new Map<string, ServedSubscription>()
  // What is missing for a while is kept here apart, so that it can come back as it was.
  readonly #missing = new Set<string>()
  readonly #changed = Latch.makeUnsafe(false)
  readonly #cuts = new Cuts()
  #messagesAccepted = 0
  #unavailableUntil = Number.NEGATIVE_INFINITY

  constructor(options: {
    readonly batchSize: number
    readonly history: number
    readonly random: () => number
  }) {
    this.batchSize = options.batchSize
    this.#history = options.history
    this.#random = options.random
  }

  topic(name: string): ServedTopic | undefined {
    return this.#missing.has(name) ? undefined : this.#topics.get(name)
  }

  subscription(name: string): ServedSubscription | undefined {
    return this.#missing.has(name) ? undefined : this.#subscriptions.get(name)
  }

  /** What is there and begins so, in the order of creation. */
  namesOf(kind: "topics" | "subscriptions", prefix: string): ReadonlyArray<string> {
    const all = kind === "topics" ? this.#topics : this.#subscriptions
    return [...all.keys()].filter((name) => name.startsWith(prefix) && !this.#missing.has(name))
  }

  createTopic(name: string): boolean {
    if (this.topic(name) !== undefined) return false
    this.#missing.delete(name)
    this.#topics.set(name, { subscriptions: new Map(), published: [] })
    return true
  }

  createSubscription(name: string, topic: ServedTopic, plan: SubscriptionPlan): boolean {
    if (this.subscription(name) !== undefined) return false
    this.#missing.delete(name)
    const served = { name, topic, plan, backlog: this.#emptyBacklog(), isDetached: false }
    this.#subscriptions.set(name, served)
    topic.subscriptions.set(name, served)
    return true
  }

  /** It loses its messages and gets no more; who reads it is refused. */
  detach(name: string): void {
    const served = this.subscription(name)
    if (served === undefined) return
    served.topic.subscriptions.delete(name)
    this.#subscriptions.set(name, { ...served, backlog: this.#emptyBacklog(), isDetached: true })
    this.wake(name)
  }

  /** Its subscriptions stay, and get nothing more; a new topic of the name is another. */
  deleteTopic(name: string): boolean {
    const served = this.topic(name)
    if (served === undefined) return false
    this.#topics.delete(name)
    this.wakeConsumersOf(served)
    return true
  }

  deleteSubscription(name: string): boolean {
    const served = this.subscription(name)
    if (served === undefined) return false
    served.topic.subscriptions.delete(name)
    this.#subscriptions.delete(name)
    this.wake(name)
    return true
  }

  /** Whether the topic that a subscription was created for is gone, for good or for a while. */
  isDeleted({ plan, topic }: ServedSubscription): boolean {
    return this.topic(plan.topic) !== topic
  }

  /** Why nothing new can come by it; undefined where it can. */
  undeliverable(served: ServedSubscription): PubSubError | undefined {
    const { isDetached: detached, name } = served
    if (!detached && !this.isDeleted(served)) return undefined
    return undeliverable({ name, detached, topic: Option.none() })
  }

  /** Accepts a message, fans it out, and answers its id; who waits for it is told by `wakeConsumersOf`. */
  accept(topic: ServedTopic, message: Message, nowMillis: number): string {
    const messageId = `${++this.#messagesAccepted}`
    // Whole milliseconds, as the emulator's: many messages share one.
    this.#fanOut(topic, { ...message, messageId, publishTimeMicros: Math.floor(nowMillis) * 1_000 })
    return messageId
  }

  /** Accepts messages that were accepted before: they keep their ids and publish times, and no later id is one of them. */
  acceptAgain(topic: ServedTopic, messages: ReadonlyArray<AcceptedBefore>): void {
    for (const message of messages) {
      this.#fanOut(topic, message)
      this.#messagesAccepted = Math.max(this.#messagesAccepted, Number(message.messageId) || 0)
    }
    this.wakeConsumersOf(topic)
  }

  wakeConsumersOf(topic: ServedTopic): void {
    for (const subscription of topic.subscriptions.keys()) this.wake(subscription)
  }

  wake(subscription: string): void {
    for (const consumer of this.consumers) if (consumer.subscription === subscription) consumer.wake()
  }

  wakeAll(): void {
    this.#changed.openUnsafe()
    for (const consumer of this.consumers) consumer.wake()
  }

  setMissing(name: string, isMissing: boolean): void {
    if (isMissing) this.#missing.add(name)
    else this.#missing.delete(name)
    this.wakeAll()
  }

  setUnavailable(until: number): void {
    this.#unavailableUntil = until
    this.wakeAll()
  }

  /** Cuts one process off, or joins it again where the time is over. */
  cutOff(process: string, now: number, until: number): void {
    this.#cuts.cutOff(process, now, until)
    this.wakeAll()
  }

  joinAll(): void {
    this.#cuts.joinAll()
    this.wakeAll()
  }

  /** For how long nothing will answer this process (or any, where none is named); 0 when it does. **Units**: milliseconds. */
  outageLeft(nowMillis: number, process?: string): number {
    const until = Math.max(this.#unavailableUntil, this.#cuts.until(process) ?? nowMillis)
    return Math.max(0, until - nowMillis)
  }

  /** Whether the server still sends to a process that is cut off, since it does not know yet. */
  sendsIntoTheVoid(process: string, nowMillis: number): boolean {
    return this.#cuts.sendsIntoTheVoid(process, nowMillis)
  }

  /** Whether, of the consumers of a subscription, one that reads nothing gets what is ready: each has the same chance. */
  drawUnread(subscription: string): boolean {
    let consumers = 0
    for (const consumer of this.consumers) if (consumer.subscription === subscription) consumers += 1
    return this.#random() * consumers < 1
  }

  setFrozen(process: string, isFrozen: boolean): void {
    for (const consumer of this.consumers) if (consumer.process === process) consumer.setFrozen(isFrozen)
  }

  /** Waits until the server answers this process, and says whether it did so in time. */
  awaitAvailable(clock: Clock.Clock, patienceMillis: number, process?: string): Effect.Effect<boolean> {
    const giveUpAt = clock.currentTimeMillisUnsafe() + patienceMillis
    const wait: Effect.Effect<boolean> = Effect.suspend(() => {
      this.#changed.closeUnsafe()
      const now = clock.currentTimeMillisUnsafe()
      const left = this.outageLeft(now, process)
      if (left === 0) return Effect.succeed(true)
      if (now >= giveUpAt) return Effect.succeed(false)
      const pause = Duration.millis(Math.min(left, giveUpAt - now))
      return Effect.andThen(Effect.timeoutOption(this.#changed.await, pause), wait)
    })
    return wait
  }

  settlePassage() {
    return passage(this.#random, this.faults.settleRequestsLost, this.faults.settleAnswersLost)
  }

  publishPassage() {
    return passage(this.#random, this.faults.publishRequestsLost, this.faults.publishAnswersLost)
  }

  crash(process: string): void {
    for (const consumer of this.consumers) if (consumer.process === process) consumer.crash()
  }

  #fanOut(topic: ServedTopic, message: AcceptedBefore): void {
    const published = publishedFrom(message)
    this.#remember(topic, published)
    for (const served of topic.subscriptions.values()) served.backlog.add(published)
  }

  #emptyBacklog(): Backlog {
    return new Backlog({ random: this.#random, faults: () => this.faults })
  }

  #remember(topic: ServedTopic, published: Published): void {
    if (this.#history === 0) return
    topic.published.push(published)
    // Cut rarely, so that remembering stays O(1) a message.
    if (topic.published.length > 2 * this.#history) topic.published.splice(0, this.#history)
  }
}

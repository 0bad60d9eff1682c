/** Publishes a scenario's messages and reads their effects with plain clients, without code of Counterfoil. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Deployment } from "../support/Deployment.ts"
import type { PlainReceived } from "../support/PlainPubSub.ts"
import { deadLettersByKey } from "./DeadLetters.ts"
import type { Disturbance } from "./Disturbances.ts"
import { type History, type Judgement, judge, type Left, type Published } from "./Ledger.ts"
import { keyOf, type Planned, type StreamName } from "./Traffic.ts"

/** A message and the id Pub/Sub gave it. */
export interface Sent {
  readonly planned: Planned
  readonly messageId: string
}

/** Everything that can be seen of one scenario from outside the processors. */
export class Observer {
  readonly #deployment: Deployment
  readonly #sent: Array<Sent> = []
  /** Publish times by key, as the observer's own subscriptions deliver them. */
  readonly #publishMillis = new Map<string, number>()
  /** By the dead letter's own message id, so that a redelivery of it counts once. */
  readonly #deadLetters = new Map<string, PlainReceived>()
  readonly #unseenUntil = new Map<string, number>()
  /** Orders that were in the table once. */
  readonly #present = new Set<string>()
  readonly #disturbances: Array<Disturbance> = []

  private constructor(deployment: Deployment) {
    this.#deployment = deployment
  }

  /** Observes a deployment on which nothing was published yet: with a second subscription of each source topic. */
  static async of(deployment: Deployment): Promise<Observer> {
    for (const stream of ["orders", "payments"] as const) {
      await deployment.pubsub.createSubscription(observedBy(deployment, stream), deployment[stream])
    }
    return new Observer(deployment)
  }

  /** Subscribes anew to a topic that was created anew: what was published to the old one has to have been looked at. */
  async subscribeAgain(stream: StreamName): Promise<void> {
    const { pubsub } = this.#deployment
    await pubsub.deleteSubscription(observedBy(this.#deployment, stream)).catch(() => {})
    await pubsub.createSubscription(observedBy(this.#deployment, stream), this.#deployment[stream])
  }

  /** Messages published so far, in order. */
  get sent(): ReadonlyArray<Sent> {
    return this.#sent
  }

  /** Their number. */
  get published(): number {
    return this.#sent.length
  }

  /** Dead letters seen so far. */
  get deadLetters(): ReadonlyArray<PlainReceived> {
    return [...this.#deadLetters.values()]
  }

  /** Notes that something is lost from now on; what it answers notes the end of it. */
  disturb(why: string): () => void {
    const index = this.#disturbances.length
    const from = Date.now()
    this.#disturbances.push({ why, from, until: Number.POSITIVE_INFINITY })
    return () => {
      this.#disturbances[index] = { why, from, until: Date.now() }
    }
  }

  /** Publishes at once, both topics beside each other, and remembers the ids. */
  async publish(messages: ReadonlyArray<Planned>): Promise<void> {
    const deployment = this.#deployment
    const of = async (stream: StreamName) => {
      const chosen = messages.filter((message) => message.stream === stream)
      const ids = await deployment.pubsub.publish(deployment[stream], chosen)
      chosen.forEach((planned, index) => {
        this.#sent.push({ planned, messageId: ids[index] ?? "" })
      })
    }
    await Promise.all([of("orders"), of("payments")])
  }

  /** Publishes evenly over this time. **Units**: ms. */
  async publishOver(messages: ReadonlyArray<Planned>, millis: number): Promise<void> {
    const began = performance.now()
    for (let done = 0; done < messages.length; ) {
      const share = Math.min(1, (performance.now() - began + paceMillis) / Math.max(1, millis))
      const end = Math.ceil(messages.length * share)
      await this.publish(messages.slice(done, end))
      done = end
      await sleep(paceMillis)
    }
  }

  /** Looks which of the published orders are not in the table, so that a dead letter can be told from a false one. */
  async noteAbsent(): Promise<void> {
    const ordered = new Set<string>()
    for (const { planned } of this.#sent) {
      if (planned.meaning._tag === "Order") ordered.add(planned.meaning.orderId)
    }
    const unseen = [...ordered].filter((orderId) => !this.#present.has(orderId))
    const lookedAt = Date.now()
    const absent = new Set(await this.#deployment.table.withoutOrder(unseen))
    for (const orderId of unseen) {
      if (absent.has(orderId)) this.#unseenUntil.set(orderId, lookedAt)
      else {
        this.#present.add(orderId)
        // It came between two looks. Where they were close to each other, what happened between them is in doubt.
        const before = this.#unseenUntil.get(orderId)
        if (before !== undefined && lookedAt - before <= doubtMillis) this.#unseenUntil.set(orderId, lookedAt)
      }
    }
  }

  /** Reads the table and the dead letters as they are now, and judges them. */
  async judgeNow(left: ReadonlyArray<Left> = []): Promise<Judgement> {
    return judge(await this.historyNow(left))
  }

  /** Reads the table and the dead letters as they are now. */
  async historyNow(left: ReadonlyArray<Left> = []): Promise<History> {
    await this.#readDeadLetters()
    const rows = await this.#deployment.table.rows()
    const published = await this.publishedWithTimes()
    return {
      published,
      rows,
      deadLetters: this.deadLetters,
      left,
      unseenUntil: this.#unseenUntil,
      disturbances: this.#disturbances
    }
  }

  /**
   * The payments without an order that were no dead letter `millis` after their publish, or after `since` where that is
   * later, in words. **Units**: ms, and ms since the epoch.
   */
  async unmatchedAfter(since: number, millis: number): Promise<ReadonlyArray<string>> {
    await this.#readDeadLetters()
    const published = await this.publishedWithTimes()
    const ordered = new Set(
      published.flatMap(({ planned: { meaning } }) => (meaning._tag === "Order" ? [meaning.orderId] : []))
    )
    const letters = deadLettersByKey(this.deadLetters)
    return published.flatMap(({ planned: { stream, meaning }, messageId, publishMillis }) => {
      if (meaning._tag !== "Payment" || ordered.has(meaning.orderId)) return []
      const due = Math.max(publishMillis, since) + millis
      const times = (letters.get(keyOf(stream, messageId)) ?? []).map((letter) => letter.publishTimeMillis)
      const at = times.length === 0 ? Date.now() : Math.min(...times)
      if (at <= due) return []
      return [`${messageId}, ${((at - due) / 1_000).toFixed(1)} s later than ${millis / 1_000} s`]
    })
  }

  /** Takes what is left on the source subscriptions, once the leases of all that ended have run out. */
  async readLeft(): Promise<ReadonlyArray<Left>> {
    const of = async (stream: StreamName): Promise<ReadonlyArray<Left>> => {
      const received = await this.#take(`${this.#deployment[stream]}-sub`, leaseMillis)
      return received.map(({ messageId }) => ({ stream, messageId }))
    }
    return (await Promise.all([of("orders"), of("payments")])).flat()
  }

  /** Messages that Pub/Sub itself gave up on. */
  async readGivenUp(): Promise<number> {
    return (await this.#take(`${this.#deployment.givenUp}-sub`, quietMillis)).length
  }

  /** Dead letters that are there now; none while their subscription is missing. */
  async #readDeadLetters(): Promise<void> {
    const subscription = `${this.#deployment.deadLetters}-sub`
    const deadLetters = await this.#take(subscription, quietMillis).catch(() => [])
    for (const deadLetter of deadLetters) this.#deadLetters.set(deadLetter.messageId, deadLetter)
  }

  /** What was published, with the publish times that Pub/Sub gave. */
  async publishedWithTimes(): Promise<ReadonlyArray<Published>> {
    // What is published while this waits for publish times has none yet.
    const sent = [...this.#sent]
    for (const stream of ["orders", "payments"] as const) {
      const missing = () =>
        sent.some(
          ({ planned, messageId }) =>
            planned.stream === stream && !this.#publishMillis.has(keyOf(stream, messageId))
        )
      while (missing()) {
        for (const seen of await this.#take(observedBy(this.#deployment, stream), quietMillis)) {
          // What was published within one millisecond is equally late.
          this.#publishMillis.set(keyOf(stream, seen.messageId), Math.floor(seen.publishTimeMillis))
        }
      }
    }
    return sent.map(({ planned, messageId }) => ({
      planned,
      messageId,
      publishMillis: this.#publishMillis.get(keyOf(planned.stream, messageId)) ?? 0
    }))
  }

  /** Takes and acknowledges, until nothing came for that long. */
  async #take(subscription: string, quiet: number): Promise<ReadonlyArray<PlainReceived>> {
    const { pubsub } = this.#deployment
    const received: Array<PlainReceived> = []
    for (let silentSince = performance.now(); performance.now() - silentSince < quiet; ) {
      const batch = await pubsub.pull(subscription, 1_000)
      if (batch.length === 0) {
        await sleep(Math.min(quiet, 500))
        continue
      }
      silentSince = performance.now()
      received.push(...batch)
      await pubsub.acknowledge(
        subscription,
        batch.map(({ ackId }) => ackId)
      )
    }
    return received
  }
}

/** The observer's own subscription of a source topic. */
const observedBy = (deployment: Deployment, stream: StreamName): string => `observer_${deployment[stream]}`

/** How often a part of the load is published. **Units**: milliseconds. */
const paceMillis = 50

/** Two reads of the table that are further apart leave no doubt in favour of anybody. **Units**: milliseconds. */
const doubtMillis = 1_000

/** Longer than the 10 s for which Counterfoil leases what it holds. **Units**: milliseconds. */
const leaseMillis = 12_000

/** After so long without a message a subscription counts as empty. **Units**: milliseconds. */
const quietMillis = 100

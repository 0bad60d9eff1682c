/**
 * Pulls one subscription over many streams: leases, flow control and awaited acknowledgements, by hand.
 *
 * How much is held is left to the server, which is told a limit for each stream and keeps it on the service. The
 * emulator does not know that limit: there, all of a backlog comes into memory. A loop that stops reading instead
 * fares worse there, because the emulator goes on sending, and leases of what lies unread on the wire end after 10 s.
 */
import { type PullResponse, type PullStream, type SubscriberStub, unary } from "../PubSubAccess.ts"

/** A message that we hold the lease of. */
export interface Held {
  readonly ackId: string
  readonly data: Buffer
  readonly publishMillis: number
}

/** What became of the messages of one subscription. */
export interface PullCounts {
  received: number
  acknowledged: number
  released: number
  acknowledgeFailures: number
}

// The emulator sends 100 messages per 50 ms and stream, so the number of streams decides what can be reached.
const streamCount = 20
const leaseSeconds = 10
// As many as Counterfoil takes on.
const maxHeld = 10_000
const acknowledgeEveryMillis = 10
// Below the 512 KiB that one request may have.
const acknowledgeAtOnce = 2_000

/** One subscription; messages go to `take`, which gives each back by `acknowledge` or `release`. */
export class Pull {
  readonly counts: PullCounts = { received: 0, acknowledged: 0, released: 0, acknowledgeFailures: 0 }
  readonly #stub: SubscriberStub
  readonly #subscription: string
  readonly #take: (message: Held) => void
  readonly #streams = new Set<PullStream>()
  readonly #held = new Set<string>()
  readonly #leases: NodeJS.Timeout
  #done: Array<string> = []
  #flush: NodeJS.Timeout | undefined
  readonly #calls = new Set<Promise<void>>()
  #isOpen = true

  constructor(stub: SubscriberStub, subscription: string, take: (message: Held) => void) {
    this.#stub = stub
    this.#subscription = subscription
    this.#take = take
    for (let index = 0; index < streamCount; index++) this.#openStream()
    this.#leases = setInterval(() => this.#extendLeases(), (leaseSeconds * 1000) / 2)
  }

  /** The message's effect is durable. */
  acknowledge(message: Held): void {
    this.#done.push(message.ackId)
    if (this.#done.length >= acknowledgeAtOnce) this.#sendDone()
    else this.#flush ??= setTimeout(() => this.#sendDone(), acknowledgeEveryMillis)
  }

  /** The message shall come again. */
  release(message: Held): void {
    this.#letGo([message.ackId])
    this.counts.released += 1
    this.#call(this.#deadline([message.ackId], 0))
  }

  /** No more messages from now on. */
  stop(): void {
    this.#isOpen = false
    for (const stream of this.#streams) stream.cancel()
  }

  /** After the last acknowledgement: sends what is left, and waits for every answer. */
  async close(): Promise<void> {
    this.#sendDone()
    while (this.#calls.size > 0) await Promise.all(this.#calls)
    clearInterval(this.#leases)
  }

  #openStream(): void {
    const stream = this.#stub.streamingPull({ deadline: Date.now() + 1_800_000 })
    this.#streams.add(stream)
    stream.on("data", (response) => this.#receive(response))
    stream.on("error", (error) => {
      if (this.#isOpen) process.stderr.write(`${this.#subscription}: ${error.message}\n`)
    })
    stream.on("close", () => {
      this.#streams.delete(stream)
      if (this.#isOpen) setTimeout(() => this.#isOpen && this.#openStream(), 100)
    })
    stream.write({
      subscription: this.#subscription,
      streamAckDeadlineSeconds: leaseSeconds,
      maxOutstandingMessages: maxHeld / streamCount
    })
  }

  #receive(response: PullResponse): void {
    const messages = response.receivedMessages
    this.counts.received += messages.length
    for (const { ackId, message } of messages) {
      if (ackId == null || message == null) continue
      this.#held.add(ackId)
      const time = message.publishTime
      const publishMillis = Number(time?.seconds ?? 0) * 1000 + Math.floor((time?.nanos ?? 0) / 1_000_000)
      this.#take({ ackId, data: message.data as Buffer, publishMillis })
    }
  }

  #letGo(ackIds: ReadonlyArray<string>): void {
    for (const ackId of ackIds) this.#held.delete(ackId)
  }

  #sendDone(): void {
    clearTimeout(this.#flush)
    this.#flush = undefined
    const ackIds = this.#done
    if (ackIds.length === 0) return
    this.#done = []
    this.#call(
      unary(this.#stub, this.#stub.acknowledge, { subscription: this.#subscription, ackIds }).then(
        () => {
          this.counts.acknowledged += ackIds.length
          this.#letGo(ackIds)
        },
        () => {
          // They come again, and are written again with the same timestamp.
          this.counts.acknowledgeFailures += ackIds.length
          this.#letGo(ackIds)
        }
      )
    )
  }

  #extendLeases(): void {
    const ackIds = [...this.#held]
    for (let start = 0; start < ackIds.length; start += acknowledgeAtOnce) {
      this.#call(this.#deadline(ackIds.slice(start, start + acknowledgeAtOnce), leaseSeconds))
    }
  }

  #deadline(ackIds: Array<string>, ackDeadlineSeconds: number): Promise<void> {
    const request = { subscription: this.#subscription, ackIds, ackDeadlineSeconds }
    // A lease that could not be kept ends in a redelivery, which is harmless here.
    return unary(this.#stub, this.#stub.modifyAckDeadline, request).catch(() => undefined)
  }

  #call(call: Promise<void>): void {
    this.#calls.add(call)
    void call.finally(() => this.#calls.delete(call))
  }
}

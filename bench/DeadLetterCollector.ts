/** Receives the dead letters of a measurement while it runs. */
import { type PubSubAccess, type PullStream, unary } from "./PubSubAccess.ts"

const streamCount = 4

/** Receives everything that a dead-letter subscription gets, and acknowledges it. */
export class DeadLetterCollector {
  /** The text of each dead letter, once: a message that is delivered twice may become two. */
  readonly distinct = new Set<string>()
  readonly #access: PubSubAccess
  readonly #subscription: string
  readonly #streams: ReadonlyArray<PullStream>
  #isOpen = true

  constructor(access: PubSubAccess, subscription: string) {
    this.#access = access
    this.#subscription = subscription
    this.#streams = Array.from({ length: streamCount }, () => this.#open())
  }

  close(): void {
    this.#isOpen = false
    for (const stream of this.#streams) stream.cancel()
  }

  #open(): PullStream {
    const stream = this.#access.stub.streamingPull({ deadline: Date.now() + 1_800_000 })
    stream.on("data", ({ receivedMessages }) => {
      const ackIds: Array<string> = []
      for (const { ackId, message } of receivedMessages) {
        if (ackId == null) continue
        ackIds.push(ackId)
        this.distinct.add(String(message?.data))
      }
      const { stub } = this.#access
      void unary(stub, stub.acknowledge, { subscription: this.#subscription, ackIds }).catch(() => undefined)
    })
    stream.on("error", (error) => {
      if (this.#isOpen) process.stderr.write(`dead letters: ${error.message}\n`)
    })
    stream.write({ subscription: this.#subscription, streamAckDeadlineSeconds: 60 })
    return stream
  }
}

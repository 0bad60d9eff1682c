/** Pub/Sub by Google's generated client alone, so that tests see what Counterfoil did with other eyes. */
import { v1 } from "@google-cloud/pubsub"
import { credentials } from "@grpc/grpc-js"

/** What a plain client publishes. */
export interface PlainMessage {
  readonly data: Uint8Array | string
  readonly attributes?: Readonly<Record<string, string>>
  readonly orderingKey?: string
}

/** What a plain client receives. */
export interface PlainReceived {
  readonly ackId: string
  readonly messageId: string
  readonly data: Buffer
  readonly attributes: Readonly<Record<string, string>>
  /** **Units**: ms since the epoch. */
  readonly publishTimeMillis: number
}

/** A connection to an emulator. */
export class PlainPubSub {
  readonly #publisher: v1.PublisherClient
  readonly #subscriber: v1.SubscriberClient
  readonly #projectId: string

  constructor(host: string, projectId: string) {
    const [servicePath, port] = host.split(":")
    const options = {
      servicePath: servicePath ?? "127.0.0.1",
      port: Number(port),
      sslCreds: credentials.createInsecure(),
      projectId,
      universeDomain: "googleapis.com"
    }
    this.#publisher = new v1.PublisherClient(options)
    this.#subscriber = new v1.SubscriberClient(options)
    this.#projectId = projectId
  }

  /** The full name of a topic. */
  topic(name: string): string {
    return `projects/${this.#projectId}/topics/${name}`
  }

  /** The full name of a subscription. */
  subscription(name: string): string {
    return `projects/${this.#projectId}/subscriptions/${name}`
  }

  /** Creates a topic and a subscription `NAME-sub` of it. */
  async create(
    name: string,
    deadLetter?: { readonly topic: string; readonly attempts: number }
  ): Promise<void> {
    await this.#publisher.createTopic({ name: this.topic(name) })
    await this.#subscriber.createSubscription({
      name: this.subscription(`${name}-sub`),
      topic: this.topic(name),
      ackDeadlineSeconds: 10,
      ...(deadLetter === undefined
        ? {}
        : {
            deadLetterPolicy: {
              deadLetterTopic: this.topic(deadLetter.topic),
              maxDeliveryAttempts: deadLetter.attempts
            }
          })
    })
  }

  /** Creates a topic that has no subscription. */
  async createTopic(name: string): Promise<void> {
    await this.#publisher.createTopic({ name: this.topic(name) })
  }

  /** Creates one more subscription of a topic. */
  async createSubscription(name: string, topic: string): Promise<void> {
    await this.#subscriber.createSubscription({
      name: this.subscription(name),
      topic: this.topic(topic),
      ackDeadlineSeconds: 60
    })
  }

  /** Deletes a topic; its subscriptions stay. */
  async deleteTopic(name: string): Promise<void> {
    await this.#publisher.deleteTopic({ topic: this.topic(name) })
  }

  /** Deletes a subscription, with its messages. */
  async deleteSubscription(name: string): Promise<void> {
    await this.#subscriber.deleteSubscription({ subscription: this.subscription(name) })
  }

  /** The full names of all topics and subscriptions of the project. */
  async names(): Promise<ReadonlyArray<string>> {
    const project = `projects/${this.#projectId}`
    const [topics] = await this.#publisher.listTopics({ project })
    const [subscriptions] = await this.#subscriber.listSubscriptions({ project })
    return [...topics, ...subscriptions].map(({ name }) => name ?? "")
  }

  /** Publishes in requests of at most 1,000 messages and 4 MB, and answers the message ids in order. */
  async publish(topic: string, messages: ReadonlyArray<PlainMessage>): Promise<ReadonlyArray<string>> {
    const ids: Array<string> = []
    for (const request of requestsOf(messages)) {
      const [answer] = await this.#publisher.publish({
        topic: this.topic(topic),
        messages: request.map(({ data, attributes, orderingKey }) => ({
          data: typeof data === "string" ? Buffer.from(data, "utf8") : data,
          attributes: { ...attributes },
          orderingKey: orderingKey ?? ""
        }))
      })
      ids.push(...(answer.messageIds ?? []))
    }
    return ids
  }

  /**
   * Takes and acknowledges what is there: at least `expected` messages, and then whatever comes until a second was
   * silent. Answers with fewer when 30 s were silent.
   */
  async takeAll(subscription: string, expected = 0): Promise<ReadonlyArray<PlainReceived>> {
    const received: Array<PlainReceived> = []
    let silentSince = performance.now()
    while (performance.now() - silentSince < (received.length < expected ? 30_000 : 1_000)) {
      const batch = await this.pull(subscription, 1_000)
      if (batch.length === 0) continue
      silentSince = performance.now()
      received.push(...batch)
      await this.acknowledge(
        subscription,
        batch.map(({ ackId }) => ackId)
      )
    }
    return received
  }

  /** Acknowledges what was pulled. */
  async acknowledge(subscription: string, ackIds: ReadonlyArray<string>): Promise<void> {
    await this.#subscriber.acknowledge({
      subscription: this.subscription(subscription),
      ackIds: [...ackIds]
    })
  }

  /** Pulls once, without settling. */
  async pull(subscription: string, maxMessages: number): Promise<ReadonlyArray<PlainReceived>> {
    const [answer] = await this.#subscriber.pull({
      subscription: this.subscription(subscription),
      maxMessages,
      returnImmediately: true
    })
    return (answer.receivedMessages ?? []).map(({ ackId, message }) => ({
      ackId: ackId ?? "",
      messageId: message?.messageId ?? "",
      data: Buffer.from(message?.data ?? ""),
      attributes: { ...message?.attributes },
      publishTimeMillis:
        Number(message?.publishTime?.seconds ?? 0) * 1000 + Number(message?.publishTime?.nanos ?? 0) / 1e6
    }))
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await Promise.all([this.#publisher.close(), this.#subscriber.close()])
  }
}

function* requestsOf(messages: ReadonlyArray<PlainMessage>): Generator<ReadonlyArray<PlainMessage>> {
  let request: Array<PlainMessage> = []
  let bytes = 0
  for (const message of messages) {
    if (request.length > 0 && (request.length === 1_000 || bytes + message.data.length > 4_000_000)) {
      yield request
      request = []
      bytes = 0
    }
    request.push(message)
    bytes += message.data.length
  }
  if (request.length > 0) yield request
}

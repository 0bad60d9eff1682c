/** The topics and subscriptions of one measurement, which nobody used before. */
import type { PubSubAccess } from "./PubSubAccess.ts"

/** The short names. */
export interface Topics {
  readonly ordersTopic: string
  readonly ordersSubscription: string
  readonly paymentsTopic: string
  readonly paymentsSubscription: string
  readonly dlqTopic: string
  readonly dlqSubscription: string
}

/** Names for measurement `number` of the run named `run`. */
export const topicsNamed = (run: string, number: number): Topics => {
  const prefix = `bench_${run}_${number}`
  return {
    ordersTopic: `${prefix}_orders`,
    ordersSubscription: `${prefix}_orders-sub`,
    paymentsTopic: `${prefix}_payments`,
    paymentsSubscription: `${prefix}_payments-sub`,
    dlqTopic: `${prefix}_dlq`,
    dlqSubscription: `${prefix}_dlq-sub`
  }
}

/** Creates them. */
export const createTopics = async (access: PubSubAccess, topics: Topics): Promise<void> => {
  for (const [topic, subscription] of pairs(topics)) {
    await access.publisher.createTopic({ name: topicPath(access, topic) })
    await access.subscriber.createSubscription({
      name: subscriptionPath(access, subscription),
      topic: topicPath(access, topic),
      ackDeadlineSeconds: 60
    })
  }
}

/** Deletes them, so that the server keeps nothing of the measurement. */
export const deleteTopics = async (access: PubSubAccess, topics: Topics): Promise<void> => {
  for (const [topic, subscription] of pairs(topics)) {
    await access.subscriber.deleteSubscription({ subscription: subscriptionPath(access, subscription) })
    await access.publisher.deleteTopic({ topic: topicPath(access, topic) })
  }
}

/** The full name of a topic. */
export const topicPath = (access: PubSubAccess, topic: string): string =>
  `projects/${access.projectId}/topics/${topic}`

/** The full name of a subscription. */
export const subscriptionPath = (access: PubSubAccess, subscription: string): string =>
  `projects/${access.projectId}/subscriptions/${subscription}`

const pairs = (topics: Topics): ReadonlyArray<readonly [string, string]> => [
  [topics.ordersTopic, topics.ordersSubscription],
  [topics.paymentsTopic, topics.paymentsSubscription],
  [topics.dlqTopic, topics.dlqSubscription]
]

/** What one phase is played on: topics and subscriptions that nobody used before. */
import type { PubSubAccess } from "./PubSubAccess.ts"

/** The short names of a phase's topics and subscriptions. */
export interface Stage {
  readonly ordersTopic: string
  readonly ordersSubscription: string
  readonly paymentsTopic: string
  readonly paymentsSubscription: string
  readonly dlqTopic: string
  readonly dlqSubscription: string
}

/** Names for phase `number` of the run named `run`. */
export const stageNamed = (run: string, number: number): Stage => {
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
export const openStage = async (access: PubSubAccess, stage: Stage): Promise<void> => {
  for (const [topic, subscription] of pairs(stage)) {
    await access.publisher.createTopic({ name: topicPath(access, topic) })
    await access.subscriber.createSubscription({
      name: subscriptionPath(access, subscription),
      topic: topicPath(access, topic),
      ackDeadlineSeconds: 60
    })
  }
}

/** Deletes them, so that the server keeps nothing of the phase. */
export const closeStage = async (access: PubSubAccess, stage: Stage): Promise<void> => {
  for (const [topic, subscription] of pairs(stage)) {
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

const pairs = (stage: Stage): ReadonlyArray<readonly [string, string]> => [
  [stage.ordersTopic, stage.ordersSubscription],
  [stage.paymentsTopic, stage.paymentsSubscription],
  [stage.dlqTopic, stage.dlqSubscription]
]

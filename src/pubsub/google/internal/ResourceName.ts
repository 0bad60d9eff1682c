/** Full names of topics and subscriptions. */

/** The full name of a topic given in short or in full. */
export const topicName = (projectId: string, topic: string): string => fullName(projectId, "topics", topic)

/** The full name of a subscription given in short or in full. */
export const subscriptionName = (projectId: string, subscription: string): string =>
  fullName(projectId, "subscriptions", subscription)

const fullName = (projectId: string, collection: string, name: string): string =>
  name.startsWith("projects/") ? name : `projects/${projectId}/${collection}/${name}`

/** Finds two names that mean the same topic or subscription, whether short or full. */
import { Effect, Option } from "effect"
import { ConfigurationError } from "./Configuration.ts"
import type { PubSubSettings } from "./Settings.ts"

/** The names that have to differ. */
export type ResourceNames = Omit<PubSubSettings, "projectId" | "emulatorHost" | "proxy">

/**
 * Says which two variables name one subscription; undefined where none do. A short name is taken to be in
 * `projectId`; while that is not known yet, it differs from every full name.
 */
export const subscriptionClash = (
  names: ResourceNames,
  projectId: Option.Option<string>
): string | undefined =>
  clash(projectId, "subscription: each stream would take messages meant for the other", [
    ["PUBSUB_ORDERS_SUBSCRIPTION", names.ordersSubscription],
    ["PUBSUB_PAYMENTS_SUBSCRIPTION", names.paymentsSubscription],
    ["PUBSUB_DLQ_SUBSCRIPTION", names.dlqSubscription]
  ])

/** The same of topics. */
export const topicClash = (names: ResourceNames, projectId: Option.Option<string>): string | undefined =>
  clash(projectId, "topic: each stream would get messages meant for the other", [
    ["PUBSUB_ORDERS_TOPIC", names.ordersTopic],
    ["PUBSUB_PAYMENTS_TOPIC", names.paymentsTopic],
    ["PUBSUB_DLQ_TOPIC", names.dlqTopic]
  ])

/**
 * Checks again once the project is known from the credentials.
 *
 * **Errors**: `ConfigurationError`.
 */
export const refuseClashes = (
  settings: PubSubSettings,
  projectId: string
): Effect.Effect<void, ConfigurationError> => {
  const known = Option.some(projectId)
  const problems = [subscriptionClash(settings, known), topicClash(settings, known)].filter(
    (line) => line !== undefined
  )
  return problems.length === 0 ? Effect.void : Effect.fail(new ConfigurationError({ problems }))
}

const clash = (
  projectId: Option.Option<string>,
  whatFollows: string,
  named: ReadonlyArray<readonly [variable: string, name: string]>
): string | undefined => {
  const seen = new Map<string, readonly [variable: string, name: string]>()
  for (const [variable, name] of named) {
    const meant = inFull(name, projectId)
    const other = seen.get(meant)
    const both = `${other?.[0]} is "${other?.[1]}" and ${variable} is "${name}"`
    if (other !== undefined) return `${both}, which must differ and are the same ${whatFollows}`
    seen.set(meant, [variable, name])
  }
  return undefined
}

/** Project and name; the kind of resource is the same among those compared. */
const inFull = (name: string, projectId: Option.Option<string>): string => {
  const [, project, , id] = name.split("/")
  return project === undefined || id === undefined
    ? `${Option.getOrElse(projectId, () => "")}/${name}`
    : `${project}/${id}`
}

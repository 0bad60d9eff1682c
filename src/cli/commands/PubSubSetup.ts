/** Creates topics and subscriptions that are missing. */
import { Data, Duration, Effect, Option, Result } from "effect"
import type { PubSubSettings } from "../../config/Settings.ts"
import { PubSubAdmin, type SubscriptionPlan } from "../../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../../pubsub/PubSubError.ts"
import { retentionDays, retentionLongestDays, setupAckDeadlineSeconds } from "../Limits.ts"

/** A subscription of the wanted name reads another topic, and only its owner can say which of the two is meant. */
export class SubscriptionTaken extends Data.TaggedError("SubscriptionTaken")<{
  readonly subscription: string
  readonly topic: string
  readonly actualTopic: string
}> {
  readonly isRetryable = false

  override get message(): string {
    return `subscription ${this.subscription} exists and reads ${this.actualTopic}, not ${this.topic}`
  }
}

/** The subscriptions a deployment needs, each with its topic. The one for dead letters keeps messages longest. */
export const subscriptionPlans = (settings: PubSubSettings): ReadonlyArray<SubscriptionPlan> => [
  planned(settings.ordersTopic, settings.ordersSubscription, retentionDays),
  planned(settings.paymentsTopic, settings.paymentsSubscription, retentionDays),
  planned(settings.dlqTopic, settings.dlqSubscription, retentionLongestDays)
]

/** The plan as commands to run by hand, without those for what is there: see {@link previewPubSub}. */
export const gcloudCommands = (
  settings: PubSubSettings,
  present: ReadonlySet<string> = new Set()
): ReadonlyArray<string> => {
  const project = Option.match(settings.projectId, {
    onNone: () => "",
    onSome: (projectId) => ` --project=${projectId}`
  })
  return subscriptionPlans(settings).flatMap((plan) => [
    ...(present.has(topicKey(plan)) ? [] : [`gcloud pubsub topics create ${plan.topic}${project}`]),
    ...(present.has(subscriptionKey(plan))
      ? []
      : [
          `gcloud pubsub subscriptions create ${plan.subscription} --topic=${plan.topic}` +
            ` --ack-deadline=${Duration.toSeconds(plan.ackDeadline)} --expiration-period=never` +
            ` --message-retention-duration=${Duration.toDays(plan.retention)}d${project}`
        ])
  ])
}

/**
 * The commands for what is missing on the server; where it cannot be asked, all of them, and a line that says so.
 *
 * **Errors**: `SubscriptionTaken`.
 */
export const previewPubSub = Effect.fn("previewPubSub")(function* (settings: PubSubSettings) {
  const admin = yield* PubSubAdmin
  return yield* Effect.forEach(subscriptionPlans(settings), (plan) => presentOf(admin, plan), {
    concurrency: "unbounded"
  }).pipe(
    Effect.map((present) => gcloudCommands(settings, new Set(present.flat()))),
    Effect.map((commands) =>
      commands.length === 0 ? ["# nothing to do: all topics and subscriptions are there"] : commands
    ),
    Effect.catchTag("PubSubError", ({ message }) => Effect.succeed(wholePlan(settings, message)))
  )
})

/** All commands, for a Pub/Sub that cannot be asked. */
export const wholePlan = (settings: PubSubSettings, trouble: string): ReadonlyArray<string> => [
  `# the whole plan: Pub/Sub could not be asked (${trouble})`,
  ...gcloudCommands(settings)
]

/** Which of a plan's topic and subscription are there, by the names the plan has for them. */
const presentOf = Effect.fnUntraced(function* (admin: PubSubAdmin["Service"], plan: SubscriptionPlan) {
  const hasTopic = yield* admin.topicExists(plan.topic)
  const hasSubscription = yield* ensureTopic(admin, plan)
  return [...(hasTopic ? [topicKey(plan)] : []), ...(hasSubscription ? [subscriptionKey(plan)] : [])]
})

// A topic and a subscription may have the same name.
const topicKey = ({ topic }: SubscriptionPlan): string => `topic ${topic}`
const subscriptionKey = ({ subscription }: SubscriptionPlan): string => `subscription ${subscription}`

/**
 * Creates what is missing, and prints a line about each topic and subscription. What exists stays as it is.
 *
 * **Errors**: `PubSubError`; `SubscriptionTaken`. What was created until then stays; call it again.
 */
export const createPubSub = Effect.fn("createPubSub")(function* (
  plans: ReadonlyArray<SubscriptionPlan>,
  tell: (line: string) => Effect.Effect<void>
) {
  const admin = yield* PubSubAdmin
  for (const plan of plans) {
    const isNewTopic = yield* admin.createTopic(plan.topic)
    yield* tell(`${isNewTopic ? "created" : "exists "}  ${admin.topicName(plan.topic)}`)
    const { isNew, kept } = yield* createSubscription(admin, plan)
    if (!isNew) yield* ensureTopic(admin, plan)
    const note = isNew && !Duration.equals(kept, plan.retention) ? keptNote(kept) : ""
    yield* tell(`${isNew ? "created" : "exists "}  ${admin.subscriptionName(plan.subscription)}${note}`)
  }
})

const planned = (topic: string, subscription: string, days: number): SubscriptionPlan => ({
  topic,
  subscription,
  ackDeadline: Duration.seconds(setupAckDeadlineSeconds),
  retention: Duration.days(days)
})

/** Where the longest retention is refused (the emulator allows 7 days at most), the usual one is used. */
const createSubscription = Effect.fnUntraced(function* (
  admin: PubSubAdmin["Service"],
  plan: SubscriptionPlan
): Effect.fn.Return<{ readonly isNew: boolean; readonly kept: Duration.Duration }, PubSubError> {
  const usual = Duration.days(retentionDays)
  const first = yield* Effect.result(admin.createSubscription(plan))
  if (Result.isSuccess(first)) return { isNew: first.success, kept: plan.retention }
  const isTooLong =
    first.failure.reason._tag === "RequestRejected" && Duration.isGreaterThan(plan.retention, usual)
  if (!isTooLong) return yield* first.failure
  return { isNew: yield* admin.createSubscription({ ...plan, retention: usual }), kept: usual }
})

const keptNote = (kept: Duration.Duration): string =>
  ` (keeps messages for ${Duration.toDays(kept)} days: longer is refused here)`

/** Answers whether the subscription is there. **Errors**: `SubscriptionTaken`, where it reads another topic, or none. */
const ensureTopic = Effect.fnUntraced(function* (admin: PubSubAdmin["Service"], plan: SubscriptionPlan) {
  const found = yield* admin.describeSubscription(plan.subscription)
  if (Option.isNone(found)) return false
  const { detached, name, topic: actual } = found.value
  const topic = admin.topicName(plan.topic)
  if (!detached && Option.contains(actual, topic)) return true
  const actualTopic = detached
    ? "no topic since it was detached"
    : Option.getOrElse(actual, () => "a topic that was deleted")
  return yield* new SubscriptionTaken({ subscription: name, topic, actualTopic })
})

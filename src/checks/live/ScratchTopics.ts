/** Scratch topics and subscriptions: made, prepared by somebody, or left by a doctor that was killed. */
import { Clock, Duration, Effect, Option } from "effect"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import type { PubSubError } from "../../pubsub/PubSubError.ts"
import { scratchRetentionMinutes } from "../Limits.ts"
import type { ScratchRefused } from "./LiveReading.ts"
import type { Scratch, ScratchThing } from "./Scratch.ts"
import { isLeftBehind, type ScratchChannel, type ScratchChannels, scratchPrefix } from "./ScratchNames.ts"

/** Makes the topics and subscriptions. Fails with what is not allowed, and which flag names prepared ones. */
export const makeScratchTopics = Effect.fnUntraced(function* (scratch: Scratch, channels: ScratchChannels) {
  const admin = yield* PubSubAdmin
  yield* Effect.forEach(
    Object.values(channels),
    ({ subscription, topic }: ScratchChannel) =>
      Effect.gen(function* () {
        yield* scratch.make(topicThing(admin, admin.topicName(topic)), admin.createTopic(topic))
        const thing = subscriptionThing(admin, admin.subscriptionName(subscription))
        yield* scratch.make(thing, admin.createSubscription({ ...scratchPlan, topic, subscription }))
      }),
    { concurrency: "unbounded", discard: true }
  ).pipe(Effect.mapError(notMade))
})

const scratchPlan = {
  ackDeadline: Duration.seconds(60),
  retention: Duration.minutes(scratchRetentionMinutes)
}

const notMade = ({ message, operation, reason, resource }: PubSubError): ScratchRefused => {
  const kind = operation.includes("subscription") ? "subscription" : "topic"
  const [project = ""] = /^projects\/[^/]+/.exec(resource) ?? []
  const isDenied = reason._tag === "AccessDenied"
  return {
    found: isDenied
      ? `the credentials may not create a ${kind} in ${project}: ${permissionsOf[kind]} is missing`
      : `a scratch ${kind} cannot be made: ${message}`,
    expected:
      "roles/pubsub.editor on the project, for the time of the proof, or prepared topics and subscriptions",
    remedy: `\`gcloud projects add-iam-policy-binding ${project.slice("projects/".length)} --member=serviceAccount:… --role=roles/pubsub.editor\`, or \`--live-topics NAME\` with topics NAME-orders, NAME-payments and NAME-dlq, each with a subscription of its name and -sub`
  }
}

const permissionsOf = {
  topic: "pubsub.topics.create",
  subscription: "pubsub.subscriptions.create, or pubsub.topics.attachSubscription"
} as const

/** Sees that prepared ones are there. Fails with what is missing. */
export const findPreparedTopics = Effect.fnUntraced(function* (channels: ScratchChannels) {
  const admin = yield* PubSubAdmin
  for (const { subscription, topic } of Object.values(channels)) {
    const found = yield* admin.describeSubscription(subscription).pipe(
      Effect.map(Option.map((info) => Option.contains(info.topic, admin.topicName(topic)))),
      // Who may read it need not be allowed to look at it: the proof tells.
      Effect.catchIf(
        ({ reason }) => reason._tag === "AccessDenied",
        () => Effect.succeedSome(true)
      ),
      Effect.mapError(notMade)
    )
    if (!Option.contains(found, true)) {
      const name = admin.subscriptionName(subscription)
      const refused: ScratchRefused = {
        found: Option.isNone(found)
          ? `the prepared subscription ${name} does not exist`
          : `the prepared subscription ${name} is not on ${admin.topicName(topic)}`,
        expected: `a subscription on ${admin.topicName(topic)}`,
        remedy: `\`gcloud pubsub topics create ${topic}\`, then \`gcloud pubsub subscriptions create ${subscription} --topic=${topic}\``
      }
      return yield* Effect.fail(refused)
    }
  }
})

/** What doctors have left that were killed over an hour ago. Fails with why it cannot be looked for. */
export const leftTopics = Effect.gen(function* () {
  const admin = yield* PubSubAdmin
  const now = yield* Clock.currentTimeMillis
  const subscriptions = yield* admin.subscriptionsBeginning(scratchPrefix)
  const topics = yield* admin.topicsBeginning(scratchPrefix)
  return [
    ...subscriptions.filter((name) => isLeftBehind(name, now)).map((name) => subscriptionThing(admin, name)),
    ...topics.filter((name) => isLeftBehind(name, now)).map((name) => topicThing(admin, name))
  ]
}).pipe(Effect.mapError(({ message }) => message))

type Admin = PubSubAdmin["Service"]

const topicThing = ({ deleteTopic }: Admin, name: string): ScratchThing => ({
  what: `topic ${name}`,
  remove: Effect.mapError(deleteTopic(name), ({ message }) => message),
  remedy: `\`gcloud pubsub topics delete ${name}\``
})

const subscriptionThing = ({ deleteSubscription }: Admin, name: string): ScratchThing => ({
  what: `subscription ${name}`,
  remove: Effect.mapError(deleteSubscription(name), ({ message }) => message),
  remedy: `\`gcloud pubsub subscriptions delete ${name}\``
})

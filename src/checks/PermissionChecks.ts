/** Checks of what the credentials may do in Pub/Sub, for each command. */
import { Result } from "effect"
import { type Check, type Judgement, judgeAll, type Problem } from "./Check.ts"
import type { ChannelName, ChannelReading, PubSubReading } from "./PubSubReading.ts"
import { notMade } from "./Reading.ts"

/** A permission that a command needs. */
interface Need {
  readonly channel: ChannelName
  readonly on: "topic" | "subscription"
  readonly permission: string
  /** What does not work without it, where that is not everything. */
  readonly otherwise?: string
}

const consume = (channel: ChannelName): Need => ({
  channel,
  on: "subscription",
  permission: "pubsub.subscriptions.consume"
})

const publish = (channel: ChannelName): Need => ({
  channel,
  on: "topic",
  permission: "pubsub.topics.publish"
})

const notice = (channel: ChannelName): Need => ({
  channel,
  on: "subscription",
  permission: "pubsub.subscriptions.get",
  otherwise: "without it, a topic that is deleted cannot be noticed, and payments become dead letters"
})

const ofRun: ReadonlyArray<Need> = [
  consume("orders"),
  consume("payments"),
  publish("dead letters"),
  notice("orders"),
  notice("payments")
]

/** What the other commands need; credentials of a deployment mostly lack some of it, and should. */
const ofOthers: ReadonlyArray<readonly [command: string, needs: ReadonlyArray<Need>]> = [
  ["dlq", [consume("dead letters")]],
  ["produce", [publish("orders"), publish("payments")]]
]

const mayRun: Check<PubSubReading> = {
  code: "CF-615",
  group: "pubsub",
  title: "the credentials have the permissions that `run` needs",
  worst: "fatal",
  remedy: "`gcloud pubsub … add-iam-policy-binding …`",
  needs: ["CF-603", "CF-604"],
  judge: (reading) => judgeAll(ofRun.map((need) => judgeNeed(reading, need)))
}

const mayDoMore: Check<PubSubReading> = {
  code: "CF-616",
  group: "pubsub",
  title: "which other commands these credentials may run",
  worst: "none",
  remedy: "grant what another command needs to whoever runs it",
  needs: ["CF-603"],
  judge: (reading) =>
    judgeAll(
      ofOthers.map(([command, needs]): Judgement => {
        const judged = judgeAll(needs.map((need) => judgeNeed(reading, need)))
        if ("notMade" in judged) return judged
        if ("shows" in judged || judged.length === 0) return { shows: `${command}: yes` }
        return { shows: `${command}: no (${needs[0]?.permission})` }
      })
    )
}

const judgeNeed = ({ channels }: PubSubReading, need: Need): Judgement => {
  const channel = channels.find(({ name }) => name === need.channel)
  if (channel === undefined) return []
  const tested = need.on === "topic" ? channel.topicPermissions : channel.subscriptionPermissions
  if (Result.isFailure(tested)) return notMade(tested.failure)
  if (tested.success._tag === "Unsupported")
    return { notMade: "this server knows no permissions, as an emulator: nothing is refused there" }
  return tested.success.granted.has(need.permission) ? [] : [lackOf(channel, need)]
}

const lackOf = (channel: ChannelReading, { on, otherwise, permission }: Need): Problem => {
  const name = on === "topic" ? channel.topicName : channel.subscriptionName
  return {
    severity: otherwise === undefined ? "fatal" : "warning",
    found: `the credentials lack ${permission} on ${name}${otherwise === undefined ? "" : `: ${otherwise}`}`,
    expected: roleOf[permission] ?? permission,
    remedy: `\`gcloud pubsub ${on}s add-iam-policy-binding ${name} --member=serviceAccount:… --role=${roleOf[permission]}\``
  }
}

/** The narrowest role of Google's own that has it. **Source**: https://cloud.google.com/pubsub/docs/access-control */
const roleOf: Readonly<Record<string, string>> = {
  "pubsub.subscriptions.consume": "roles/pubsub.subscriber",
  "pubsub.topics.publish": "roles/pubsub.publisher",
  "pubsub.subscriptions.get": "roles/pubsub.viewer"
}

/** The checks of permissions. */
export const permissionChecks: ReadonlyArray<Check<PubSubReading>> = [mayRun, mayDoMore]

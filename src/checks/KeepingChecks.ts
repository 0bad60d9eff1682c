/** Checks of how long subscriptions keep what they have, and of what the dead-letter topic takes. */
import { Duration, Option, Result } from "effect"
import { leaseSeconds } from "../pubsub/Limits.ts"
import type { Check, Problem } from "./Check.ts"
import { ofEachSubscription } from "./DeliveryChecks.ts"
import { leastRetentionDays } from "./Limits.ts"
import type { PubSubReading } from "./PubSubReading.ts"
import { whenRead } from "./Reading.ts"
import { spanText } from "./Words.ts"

const ackDeadline = ofEachSubscription(
  {
    code: "CF-609",
    title: `ack deadlines are no shorter than the leases of ${leaseSeconds} s that are asked for`,
    worst: "warning",
    remedy: "`gcloud pubsub subscriptions update … --ack-deadline=60`"
  },
  ({ ackDeadline, name: full }, name) =>
    Duration.toSeconds(ackDeadline) >= leaseSeconds
      ? { shows: `${name} ${spanText(ackDeadline)}` }
      : [
          {
            severity: "warning",
            found: `the ack deadline of ${full} is ${spanText(ackDeadline)}: what is sent to a reader that died comes again while its lease may still be extended`,
            expected: `${leaseSeconds} s or more`,
            remedy: `\`gcloud pubsub subscriptions update ${full} --ack-deadline=60\``
          }
        ]
)

const retention = ofEachSubscription(
  {
    code: "CF-610",
    title: "messages are kept for longer than an outage, and dead letters for no less",
    worst: "warning",
    remedy: "`gcloud pubsub subscriptions update … --message-retention-duration=7d` (31d for dead letters)"
  },
  ({ name: full, retention }, name, reading) => {
    const least = name === "dead letters" ? longestSource(reading) : Duration.days(leastRetentionDays)
    if (!Duration.isLessThan(retention, least)) return { shows: `${name} ${spanText(retention)}` }
    const days = name === "dead letters" ? 31 : 7
    return [
      {
        severity: "warning",
        found: `the subscription of ${name}, ${full}, keeps messages for ${spanText(retention)}: those of a longer outage are lost`,
        expected: `${spanText(least)} or more`,
        remedy: `\`gcloud pubsub subscriptions update ${full} --message-retention-duration=${days}d\``
      }
    ]
  }
)

/** Dead letters are looked at by people, later than messages by a process. */
const longestSource = ({ channels }: PubSubReading): Duration.Duration =>
  channels
    .filter(({ name }) => name !== "dead letters")
    .map(({ subscription }) =>
      Result.isSuccess(subscription) ? (subscription.success?.retention ?? Duration.zero) : Duration.zero
    )
    .reduce((one, other) => Duration.max(one, other), Duration.days(leastRetentionDays))

const expiry = ofEachSubscription(
  {
    code: "CF-613",
    title: "no subscription is deleted for want of a reader",
    worst: "warning",
    remedy: "`gcloud pubsub subscriptions update … --expiration-period=never`"
  },
  ({ expiration, name: full }, name) =>
    Option.match(expiration, {
      onNone: (): ReadonlyArray<Problem> => [],
      onSome: (after) => [
        {
          severity: "warning",
          found: `the subscription of ${name}, ${full}, is deleted with its messages after ${spanText(after)} without a reader${name === "dead letters" ? ", and only the `dlq` commands read it" : ""}`,
          expected: "that it never expires",
          remedy: `\`gcloud pubsub subscriptions update ${full} --expiration-period=never\``
        }
      ]
    })
)

const schema: Check<PubSubReading> = {
  code: "CF-614",
  group: "pubsub",
  title: "the dead-letter topic takes any bytes",
  worst: "fatal",
  remedy: "`gcloud pubsub topics update … --clear-schema-settings`",
  needs: ["CF-603"],
  judge: ({ channels }) => {
    const letters = channels.find(({ name }) => name === "dead letters")
    if (letters === undefined) return []
    return whenRead(letters.topic, (topic) =>
      Option.match(topic?.schema ?? Option.none(), {
        onNone: (): ReadonlyArray<Problem> => [],
        onSome: (name) => [
          {
            severity: "fatal",
            found: `the dead-letter topic, ${letters.topicName}, takes only what keeps to ${name}: a message that cannot be read is refused, and held indefinitely`,
            expected: "a topic without a schema",
            remedy: `\`gcloud pubsub topics update ${letters.topicName} --clear-schema-settings\``
          }
        ]
      })
    )
  }
}

/** The checks of what is kept. */
export const keepingChecks: ReadonlyArray<Check<PubSubReading>> = [ackDeadline, retention, expiry, schema]

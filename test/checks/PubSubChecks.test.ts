import { assert, describe, it } from "@effect/vitest"
import { Duration, Option, Result } from "effect"
import { judgePubSub, pubSubChecks } from "../../src/checks/PubSubChecks.ts"
import type { PubSubReading } from "../../src/checks/PubSubReading.ts"
import {
  foundIn,
  goodPubSub,
  lacking,
  subscriptionOf,
  topicOf,
  unread,
  withChannel,
  withSubscription
} from "./GoodPubSub.ts"

const absent = Result.succeed(undefined)
const seconds = (minimum: number, maximum: number) =>
  Option.some({ minimumBackoff: Duration.seconds(minimum), maximumBackoff: Duration.seconds(maximum) })
const policy = (maxDeliveryAttempts: number) =>
  Option.some({ topic: "projects/p/topics/x", maxDeliveryAttempts })

const outcomes = (reading: PubSubReading) =>
  Object.fromEntries(judgePubSub(reading).map(({ code, outcome }) => [code, outcome]))

describe("the checks of Pub/Sub", () => {
  it("find nothing where it is set up", () => {
    assert.deepStrictEqual(
      judgePubSub(goodPubSub).map(({ outcome }) => outcome._tag),
      pubSubChecks.map(() => "Passed")
    )
  })

  it.each<[what: string, reading: PubSubReading, codes: ReadonlyArray<string>, says: RegExp]>([
    [
      "a topic that is not there",
      withChannel("dead letters", { topic: absent }),
      ["fatal CF-603"],
      /^CF-603: the topic of dead letters, projects\/p\/topics\/dead-letters, does not exist; .*; run `counterfoil setup pubsub`, or `gcloud pubsub topics create projects\/p\/topics\/dead-letters`$/
    ],
    [
      "a source subscription that is not there",
      withChannel("orders", { subscription: absent }),
      ["fatal CF-604"],
      /^CF-604: the subscription of orders, .*; run `counterfoil setup pubsub`$/
    ],
    [
      "the subscription of dead letters that is not there, while another keeps them",
      withChannel("dead letters", { subscription: absent }),
      ["warning CF-604"],
      /dead-letters-sub, does not exist/
    ],
    [
      "a dead-letter topic without any subscription",
      {
        ...withChannel("dead letters", { subscription: absent }),
        deadLetterSubscriptions: Result.succeed([])
      },
      ["warning CF-604", "fatal CF-606"],
      /./
    ],
    [
      "a subscription on another topic",
      withSubscription("payments", { topic: Option.some(topicOf("orders")) }),
      ["fatal CF-605"],
      /^CF-605: .*payments-sub, is on projects\/p\/topics\/orders; expected: projects\/p\/topics\/payments; set PUBSUB_PAYMENTS_TOPIC to it, or PUBSUB_PAYMENTS_SUBSCRIPTION/
    ],
    [
      "a subscription whose topic was deleted",
      withSubscription("orders", { topic: Option.none() }),
      ["fatal CF-605"],
      /is on a topic that was deleted; .*`gcloud pubsub subscriptions delete projects\/p\/subscriptions\/orders-sub`, then `counterfoil setup pubsub`$/
    ],
    [
      "a subscription that is detached",
      withSubscription("orders", { detached: true }),
      ["fatal CF-605"],
      /is detached from its topic/
    ],
    [
      "a push subscription",
      withSubscription("orders", { delivery: "push" }),
      ["fatal CF-607"],
      /delivers to a push endpoint.*modify-push-config projects\/p\/subscriptions\/orders-sub --push-endpoint=`/
    ],
    [
      "one that writes to BigQuery",
      withSubscription("orders", { delivery: "bigquery" }),
      ["fatal CF-607"],
      /update projects\/p\/subscriptions\/orders-sub --clear-bigquery-config`/
    ],
    [
      "a filter",
      withSubscription("orders", { filter: Option.some('attributes.kind = "a"') }),
      ["warning CF-608"],
      /lets through: attributes\.kind = "a"/
    ],
    [
      "an ack deadline below a lease, as emulators may have",
      withSubscription("orders", { ackDeadline: Duration.seconds(5) }),
      ["warning CF-609"],
      /is 5 s: .*--ack-deadline=60`$/
    ],
    [
      "a source that keeps messages for an hour",
      withSubscription("payments", { retention: Duration.hours(1) }),
      ["warning CF-610"],
      /keeps messages for 1 h: .*expected: 1 d or more; .*--message-retention-duration=7d`$/
    ],
    [
      "dead letters that are kept for less than the messages were",
      withSubscription("dead letters", { retention: Duration.days(3) }),
      ["warning CF-610"],
      /keeps messages for 3 d: .*expected: 7 d or more; .*=31d`$/
    ],
    [
      "a dead-letter policy below 100 attempts on a source",
      withSubscription("orders", { deadLetterPolicy: policy(5) }),
      ["fatal CF-611"],
      /to projects\/p\/topics\/x after 5 deliveries of .*orders-sub: each release.*--clear-dead-letter-policy`/
    ],
    ["nothing in one of 100", withSubscription("orders", { deadLetterPolicy: policy(100) }), [], /^$/],
    [
      "the same on the dead letters, each look through which is a delivery",
      withSubscription("dead letters", { deadLetterPolicy: policy(5) }),
      ["warning CF-611"],
      /each look through the dead letters, .*, is one/
    ],
    [
      "one of 100 there too, since DLQ_REDRIVE_INTERVAL uses it up",
      withSubscription("dead letters", { deadLetterPolicy: policy(100) }),
      ["warning CF-611"],
      /after 100 deliveries .*expected: no dead-letter policy; .*--clear-dead-letter-policy`$/
    ],
    [
      "a retry policy whose longest backoff is above 10 s, on orders",
      withSubscription("orders", { retryPolicy: seconds(0, 600) }),
      ["fatal CF-612"],
      /for up to 10 min after a release.*--clear-retry-policy`$/
    ],
    ["nothing in a backoff of 10 s", withSubscription("orders", { retryPolicy: seconds(10, 10) }), [], /^$/],
    [
      "nothing in a backoff on payments, which wait anyway",
      withSubscription("payments", { retryPolicy: seconds(10, 600) }),
      [],
      /^$/
    ],
    [
      "a subscription that expires",
      withSubscription("dead letters", { expiration: Option.some(Duration.days(31)) }),
      ["warning CF-613"],
      /after 31 d without a reader, and only the `dlq` commands read it; .*--expiration-period=never`$/
    ],
    [
      "a schema on the dead-letter topic",
      withChannel("dead letters", {
        topic: Result.succeed({
          name: topicOf("dead letters"),
          retention: Option.none(),
          schema: Option.some("projects/p/schemas/s")
        })
      }),
      ["fatal CF-614"],
      /keeps to projects\/p\/schemas\/s/
    ],
    [
      "a permission that `run` cannot do without",
      withChannel("dead letters", { topicPermissions: lacking("pubsub.topics.publish") }),
      ["fatal CF-615"],
      /lack pubsub\.topics\.publish on projects\/p\/topics\/dead-letters; expected: roles\/pubsub\.publisher; `gcloud pubsub topics add-iam-policy-binding projects\/p\/topics\/dead-letters --member=serviceAccount:… --role=roles\/pubsub\.publisher`$/
    ],
    [
      "the permission without which a deleted topic cannot be noticed",
      withChannel("orders", { subscriptionPermissions: lacking("pubsub.subscriptions.get") }),
      ["warning CF-615"],
      /a topic that is deleted cannot be noticed/
    ]
  ])("find %s", (_, reading, codes, says) => {
    const found = foundIn(reading)
    assert.deepStrictEqual(found.codes, codes)
    assert.match(found.sentence, says)
  })

  it("that cannot be read say what was not checked, and find nothing", () => {
    const { channels } = withChannel("orders", {
      subscription: unread("forbidden"),
      topic: unread("unanswered"),
      subscriptionPermissions: unread("unanswered")
    })
    const unmade = Object.entries(outcomes({ ...goodPubSub, channels })).flatMap(([code, outcome]) =>
      outcome._tag === "NotMade" ? [code] : [`${outcome._tag === "Found" ? code : ""}`]
    )
    assert.deepStrictEqual(
      unmade.filter((code) => code !== ""),
      "603 604 605 607 608 609 610 611 612 613 615".split(" ").map((code) => `CF-${code}`)
    )
  })

  it("a problem of one is found, though another cannot be read", () => {
    const reading = withChannel("orders", { subscription: unread("forbidden") })
    const both = {
      ...reading,
      channels: reading.channels.map((one) =>
        one.name === "payments" ? { ...one, subscription: absent } : one
      )
    }
    assert.deepStrictEqual(foundIn(both).codes, ["fatal CF-604"])
  })

  it("permissions of an emulator are said to be not checked; what other commands may do is told", () => {
    const emulated = goodPubSub.channels.map((one) => ({
      ...one,
      topicPermissions: Result.succeed({ _tag: "Unsupported" as const }),
      subscriptionPermissions: Result.succeed({ _tag: "Unsupported" as const })
    }))
    const unsupported = outcomes({ ...goodPubSub, channels: emulated })
    for (const code of ["CF-615", "CF-616"]) {
      const outcome = unsupported[code]
      assert.match(outcome?._tag === "NotMade" ? outcome.why : "", /emulator/)
    }
    const least = withChannel("orders", { topicPermissions: lacking("pubsub.topics.publish") })
    assert.deepStrictEqual(outcomes(least)["CF-616"], {
      _tag: "Passed",
      shows: "dlq: yes; produce: no (pubsub.topics.publish)"
    })
  })

  it("another subscription that keeps the dead letters is named where the one configured is not there", () => {
    const reading = {
      ...withChannel("dead letters", { subscription: absent }),
      deadLetterSubscriptions: Result.succeed([subscriptionOf("orders")])
    }
    assert.deepStrictEqual(outcomes(reading)["CF-606"], {
      _tag: "Passed",
      shows: "it has projects/p/subscriptions/orders-sub"
    })
  })
})

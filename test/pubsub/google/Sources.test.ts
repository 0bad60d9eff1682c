/** Subscriptions by which nothing new can come, as only the service has them. Shown by the scripted server. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { caughtUpAfterMillis } from "../../../src/ingest/Limits.ts"
import { connectionProofMillis } from "../../../src/pubsub/Limits.ts"
import type { PubSubReason } from "../../../src/pubsub/PubSubError.ts"
import type { Subscription } from "../../../src/pubsub/Subscriber.ts"
import type { ScriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { later, onTheWire, scriptedName, subscriber, unavailable, until } from "./ScriptedSubscriber.ts"

/** Asks for a word of the server, and reads status and progress, once a second; answers the longest quiet, and what the last status was. */
const readFor = (seconds: number, open: Subscription, each: () => void = () => {}) =>
  Effect.gen(function* () {
    let longest = 0
    for (let second = 0; second < seconds; second++) {
      each()
      // As while payments wait.
      yield* open.probe
      yield* later(1)
      yield* onTheWire
      const { quietMillis } = yield* open.progress ?? Effect.die("no progress")
      longest = Math.max(longest, quietMillis)
    }
    const { connected, error, trouble } = yield* open.status
    return { longest, connected, trouble, reason: error?.reason._tag }
  })

const idle = (lookup: NonNullable<ScriptedPubSub["script"]["lookup"]>) =>
  Effect.gen(function* () {
    const idling = yield* subscriber({ script: { lookup } })
    yield* until("the streams", () => idling.server.streams.length === 4)
    return idling
  })

const whole = { name: scriptedName, topic: "projects/scripted/topics/orders" }

describe("a subscription", () => {
  it.effect.each<[string, object, PubSubReason["_tag"], string]>([
    [
      "whose topic was deleted",
      { ...whole, topic: "_deleted-topic_" },
      "TopicDeleted",
      `pull ${scriptedName}: its topic was deleted, so nothing new will ever come`
    ],
    [
      "that was detached",
      { ...whole, detached: true },
      "SubscriptionDetached",
      `pull ${scriptedName}: it is detached from its topic: it has lost its messages, and gets no more`
    ]
  ])(
    "[G5] %s is not connected and never quiet, though its streams are open",
    ([, described, reason, trouble]) =>
      Effect.gen(function* () {
        const { open } = yield* idle(() => described)
        assert.deepStrictEqual(yield* readFor(15, open), { longest: 0, connected: false, trouble, reason })
      })
  )

  it.effect("[G5] that has its topic again begins a new quiet", () =>
    Effect.gen(function* () {
      let described: object = { ...whole, topic: "_deleted-topic_" }
      const { open } = yield* idle(() => described)
      yield* readFor(10, open)
      described = whole
      const soon = yield* readFor(connectionProofMillis / 1000 + 1, open)
      assert.deepStrictEqual(soon, { longest: 0, connected: true, trouble: "", reason: undefined })
      assert.isAtLeast((yield* readFor(10, open)).longest, caughtUpAfterMillis)
    })
  )

  it.effect(
    "[G5] is not quiet because of what another one's streams bring, before its own topic is looked at",
    () =>
      Effect.gen(function* () {
        const { server, open } = yield* idle(() => unavailable)
        const { longest } = yield* readFor(12, open, () => {
          // A sign of life: the connection, which other subscriptions share, is heard all the while.
          for (const stream of server.streams) stream.send([])
        })
        assert.strictEqual(longest, 0)
        assert.isAbove(server.lookups, 2)
      })
  )

  it.effect("[G4] whose streams stay open when it is deleted ends as missing all the same", () =>
    Effect.gen(function* () {
      const missing = { code: 5, details: "Resource not found (resource=scripted-sub)." }
      const { server, open, end } = yield* idle(() => missing)
      server.script.opened = (stream) => stream.fail(missing)
      yield* readFor(10, open)
      const error = yield* Effect.flip(end)
      assert.strictEqual(error.reason._tag, "ResourceMissing")
    })
  )

  it.effect("[G4] whose streams are refused as detached ends, as no trying again helps", () =>
    Effect.gen(function* () {
      const { end } = yield* subscriber({
        script: { opened: (stream) => stream.fail({ code: 9, details: "Subscription is detached." }) }
      })
      const error = yield* Effect.flip(end)
      assert.strictEqual(error.reason._tag, "RequestRejected")
      assert.include(error.message, "Subscription is detached.")
    })
  )

  it.effect("[G4] whose token is not to be had for a moment is an outage, and goes on by itself", () =>
    Effect.gen(function* () {
      let isOver = false
      const { server, open } = yield* subscriber({
        script: {
          opened: (stream) => {
            const details =
              "Getting metadata from plugin failed with error: Request failed with status code 503"
            if (!isOver) stream.fail({ code: 16, details })
          }
        }
      })
      const away = yield* readFor(5, open)
      assert.isFalse(away.connected)
      assert.include(away.trouble, "no access token is to be had just now (HTTP 503)")
      isOver = true
      server.streams.length = 0
      yield* until("streams", () => server.streams.length >= 4)
      assert.isTrue((yield* readFor(3, open)).connected)
    })
  )
})

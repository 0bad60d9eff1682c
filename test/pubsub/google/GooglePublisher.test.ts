/** How the publisher answers when the server fails. Shown by the scripted server only. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Result } from "effect"
import { publishTimeoutSeconds } from "../../../src/pubsub/Limits.ts"
import type { Message } from "../../../src/pubsub/Message.ts"
import { Publisher } from "../../../src/pubsub/Publisher.ts"
import { type ScriptedPubSub, type ScriptedStatus, scriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { scriptedPublisher, until } from "./ScriptedSubscriber.ts"

const message = (text: string, orderingKey = ""): Message => ({
  data: Buffer.from(text),
  attributes: {},
  orderingKey
})

/** Publishes to a scripted server; answers ids, or the tags of the reasons. */
const publish = (server: ScriptedPubSub, messages: ReadonlyArray<Message>) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(scriptedPublisher(server))
    const publishing = yield* Publisher.use((publisher) => publisher.publish("topic", messages)).pipe(
      Effect.provide(context),
      Effect.forkChild
    )
    yield* until("the answers", () => publishing.pollUnsafe() !== undefined)
    const answers = yield* Fiber.join(publishing)
    return answers.map(Result.match({ onSuccess: (id) => id, onFailure: ({ reason }) => reason._tag }))
  })

const unavailable: ScriptedStatus = { code: 14, details: "away" }

describe("publishing to a scripted server", () => {
  it.effect("[G1] a request that fails for a moment is sent again, and answered with the server's ids", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      let failures = 0
      server.script = { publish: () => (failures++ < 3 ? unavailable : undefined) }
      assert.deepStrictEqual(yield* publish(server, [message("a"), message("b")]), ["4000000", "4000001"])
    })
  )

  it.effect("[G4] a server that stays away is reported as unavailable after some seconds", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      server.script = { publish: () => unavailable }
      assert.deepStrictEqual(yield* publish(server, [message("a"), message("b")]), [
        "PubSubUnavailable",
        "PubSubUnavailable"
      ])
      assert.isAtLeast(server.published.length, publishTimeoutSeconds)
    })
  )

  it.effect("[G3] a message that only the server refuses costs no neighbour its place", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      server.script = {
        publish: (messages) =>
          messages.some(({ data }) => String(data) === "poison") ? { code: 3, details: "no" } : undefined
      }
      const texts = ["a", "b", "poison", "c", "d"]
      const answers = yield* publish(
        server,
        texts.map((text) => message(text))
      )
      assert.deepStrictEqual(
        answers.map((answer) => answer === "RequestRejected"),
        texts.map((text) => text === "poison")
      )
    })
  )

  it.effect.each([
    [7, "AccessDenied"],
    [16, "CredentialsRefused"],
    [5, "ResourceMissing"]
  ] as const)("status %i is answered at once with %s", ([code, tag]) =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      server.script = { publish: () => ({ code, details: "scripted" }) }
      assert.deepStrictEqual(yield* publish(server, [message("a")]), [tag])
      assert.strictEqual(server.published.length, 1)
    })
  )

  it.effect("a request carries one ordering key, and those of a key keep their order", () =>
    Effect.gen(function* () {
      const server = yield* scriptedPubSub
      const messages = Array.from({ length: 2_500 }, (_, index) =>
        message(`${index}`, index % 2 === 0 ? "even" : "odd")
      )
      yield* publish(server, messages)
      const order = new Map<string, Array<number>>()
      for (const request of server.published) {
        const [key = "", ...others] = new Set(request.map(({ orderingKey }) => orderingKey ?? ""))
        assert.deepStrictEqual(others, [])
        order.set(key, [...(order.get(key) ?? []), ...request.map(({ data }) => Number(String(data)))])
      }
      for (const numbers of order.values()) {
        assert.strictEqual(numbers.length, 1_250)
        assert.deepStrictEqual(
          numbers,
          numbers.toSorted((a, b) => a - b)
        )
      }
    })
  )
})

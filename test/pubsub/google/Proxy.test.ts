/** Proxies that the environment names: the gRPC library reads it by itself. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Result } from "effect"
import { vi } from "vitest"
import { classify } from "../../../src/pubsub/google/internal/ErrorClassification.ts"
import { Publisher } from "../../../src/pubsub/Publisher.ts"
import { PubSubError } from "../../../src/pubsub/PubSubError.ts"
import { answered, holding, scriptedPublisher } from "./ScriptedSubscriber.ts"

const message = { data: Buffer.from("a"), attributes: {}, orderingKey: "" }

const closed = "http://ann:hunter2@127.0.0.1:9"
const names = [
  "grpc_proxy",
  "https_proxy",
  "http_proxy",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "ALL_PROXY",
  "all_proxy"
]

/** The environment of this process names a proxy that does not answer, until the scope closes. */
const closedProxy = Effect.acquireRelease(
  Effect.sync(() => {
    for (const name of names) vi.stubEnv(name, closed)
    for (const name of ["no_proxy", "no_grpc_proxy", "NO_PROXY"]) vi.stubEnv(name, "")
  }),
  () => Effect.sync(() => vi.unstubAllEnvs())
)

describe("a proxy in the environment", () => {
  it.effect("is not used with an emulator: what receives and what publishes connect directly", () =>
    Effect.gen(function* () {
      yield* closedProxy
      const { server, received } = yield* holding(1)
      assert.lengthOf(received, 1)
      const context = yield* Layer.build(scriptedPublisher(server))
      const publishing = Publisher.use((publisher) => publisher.publish("topic", [message]))
      const [answer] = yield* answered(Effect.provide(publishing, context))
      assert.isTrue(answer !== undefined && Result.isSuccess(answer))
    })
  )

  const proxy = { address: "proxy.example:3128", variable: "https_proxy" }
  it.each([
    ["a connection that fails", { code: 14, details: "No connection established" }, true],
    ["a call that is not answered", { code: 4, details: "Deadline exceeded" }, true],
    ["a token that cannot be fetched", new Error("connect ECONNREFUSED"), true],
    ["an answer of the service", { code: 13, details: "internal" }, false]
  ] as const)("is named for %s: %s", (_, error, isNamed) => {
    const reason = classify(error, proxy)
    const { message } = new PubSubError({ operation: "publish", resource: "t", reason })
    assert.strictEqual(message.endsWith(" through the proxy proxy.example:3128 (https_proxy)"), isNamed)
    assert.notInclude(classify(error).toString(), "proxy")
  })
})

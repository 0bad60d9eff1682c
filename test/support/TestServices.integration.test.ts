import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { expect } from "vitest"
import { probeCql } from "./CqlProbe.ts"
import { cassandraAddress, describeWith, emulatorHost, psTestHost, uniqueName } from "./TestServices.ts"

describeWith("cassandra")("the Cassandra of the run", () => {
  it.live("completes the start of a CQL session at the address the tests are given", () => {
    const [host = "", port = ""] = cassandraAddress?.split(",")[0]?.split(":") ?? []
    return probeCql({ host, port: Number(port || 9042), tls: false })
  })
})

describeWith("pubsub")("the Pub/Sub server of the run", () => {
  it.live("lists the topics of a project that has none", () =>
    Effect.gen(function* () {
      const project = uniqueName("empty").replace("_", "-")
      const response = yield* Effect.promise(() =>
        fetch(`http://${emulatorHost}/v1/projects/${project}/topics`)
      )
      assert.strictEqual(response.status, 200)
      expect(yield* Effect.promise(() => response.json())).toEqual({})
    })
  )
})

describeWith("pstest")("the second Pub/Sub server of the run", () => {
  it.live("creates a topic over gRPC, as Google's client asks it to", () =>
    Effect.gen(function* () {
      const { PubSub } = yield* Effect.promise(() => import("@google-cloud/pubsub"))
      const [host = "", port = ""] = psTestHost?.split(":") ?? []
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => new PubSub({ projectId: "p", apiEndpoint: `${host}:${port}`, emulatorMode: true })),
        (it) => Effect.promise(() => it.close())
      )
      const [topic] = yield* Effect.promise(() => client.createTopic(uniqueName("topic")))
      const [topics] = yield* Effect.promise(() => client.getTopics())
      expect(topics.map(({ name }) => name)).toContain(topic.name)
    })
  )
})

import { createServer, type ServerHttp2Session } from "node:http2"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { until } from "../../support/Counterfoil.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

/** A server of HTTP/2 that answers nothing. */
const mute = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ port: number; sessions: Array<ServerHttp2Session>; close: () => void }>((resolve) => {
        const sessions: Array<ServerHttp2Session> = []
        const server = createServer()
          .on("session", (session) => void sessions.push(session.on("error", () => {})))
          .listen(0, "127.0.0.1", () => {
            const address = server.address()
            const port = typeof address === "object" && address !== null ? address.port : 0
            const close = () => {
              for (const session of sessions) session.destroy()
              server.close()
            }
            resolve({ port, sessions, close })
          })
      })
  ),
  (server) => Effect.sync(() => server.close())
)

describe("a connection to Pub/Sub", () => {
  it.live(
    "[G1] takes in 4 MiB a round trip: with HTTP/2's 64 KiB, leases run out on the way from a server far away",
    () =>
      Effect.gen(function* () {
        const server = yield* mute
        const client = GoogleClient.layer(settingsFor(`127.0.0.1:${server.port}`))
        yield* Effect.gen(function* () {
          const { open } = yield* Subscriber
          yield* open({ subscription: "s", maxOutstandingMessages: 1_000, maxOutstandingBytes: 2 ** 26 })
          const windows = () =>
            server.sessions.map(({ state, remoteSettings }) => ({
              connection: state.remoteWindowSize ?? 0,
              stream: remoteSettings.initialWindowSize ?? 0
            }))
          yield* until(
            "windows of 4 MiB",
            Effect.sync(() => windows().some((it) => Math.min(it.connection, it.stream) >= 2 ** 22)),
            "10 seconds",
            () => JSON.stringify(windows())
          )
        }).pipe(Effect.scoped, Effect.provide(GoogleSubscriber.layer.pipe(Layer.provide(client))))
        assert.isAbove(server.sessions.length, 0)
      }).pipe(Effect.scoped)
  )
})

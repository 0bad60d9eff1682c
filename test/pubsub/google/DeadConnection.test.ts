/** What happens when the connection dies without a word. Shown by the scripted server behind a proxy of ours. */
import { connect, createServer, type Socket } from "node:net"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { GoogleClient } from "../../../src/pubsub/google/GoogleClient.ts"
import { GoogleSubscriber } from "../../../src/pubsub/google/GoogleSubscriber.ts"
import { Subscriber } from "../../../src/pubsub/Subscriber.ts"
import { scriptedPubSub } from "../../support/ScriptedPubSub.ts"
import { settingsFor } from "./ScriptedSubscriber.ts"

it.live("a connection that swallows everything, while nothing is sent, is noticed and replaced", () =>
  Effect.gen(function* () {
    const server = yield* scriptedPubSub
    const proxy = yield* blackHole(server.address)
    const client = GoogleClient.layer(settingsFor(proxy.address), {
      keepAliveEvery: "1 second",
      keepAliveTimeout: "1 second"
    })
    const context = yield* Layer.build(GoogleSubscriber.layer.pipe(Layer.provide(client)))
    const open = yield* Subscriber.use((subscription) =>
      subscription.open({
        subscription: "scripted-sub",
        maxOutstandingMessages: 1,
        maxOutstandingBytes: 1_000
      })
    ).pipe(Effect.provide(context))
    const first = yield* open.deliveries.pipe(Stream.runHead, Effect.forkChild)
    yield* eventually(() => server.streams.length === 1)
    proxy.swallow()
    yield* eventually(() => server.streams.length === 2)
    server.streams[1]?.send([{ ackId: "m-1" }])
    yield* eventually(() => first.pollUnsafe() !== undefined)
    assert.isTrue((yield* open.status).connected)
  })
)

const eventually = (condition: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => (condition() ? Effect.void : Effect.andThen(Effect.sleep(10), eventually(condition))))

/** Passes everything on until it is told to swallow: then its connections stay open and say nothing; new ones work. */
const blackHole = (target: string) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<{ readonly address: string; readonly swallow: () => void; readonly close: () => void }>(
          (resolve) => {
            const [host, port] = target.split(":")
            const sockets = new Set<Socket>()
            const server = createServer((near) => {
              const far = connect(Number(port), host)
              for (const socket of [near, far]) socket.on("error", () => {})
              sockets.add(near).add(far)
              near.pipe(far)
              far.pipe(near)
            })
            server.listen(0, "127.0.0.1", () => {
              const bound = server.address()
              resolve({
                address: `127.0.0.1:${typeof bound === "object" ? bound?.port : 0}`,
                swallow: () => {
                  for (const socket of sockets) socket.unpipe().resume()
                },
                close: () => {
                  for (const socket of sockets) socket.destroy()
                  server.close()
                }
              })
            })
          }
        )
    ),
    (proxy) => Effect.sync(() => proxy.close())
  )

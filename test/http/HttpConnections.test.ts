import { createServer, request, type Server } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { boundConnections } from "../../src/http/HttpConnections.ts"
import { until } from "../support/Counterfoil.ts"

/** A server that answers `/live`, and `/slow` never to its end, with room for so many connections. */
const serverOf = (atMost: number): Effect.Effect<number, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const server = createServer(({ url }, response) => {
        if (url === "/live") response.end("live\n")
        else response.write("begun\n")
      })
      boundConnections(server, atMost)
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => {
        server.closeAllConnections()
        server.close()
      })
  ).pipe(Effect.map((server) => (server.address() as AddressInfo).port))

/** A connection that has sent `text`, and what came back on it. */
const connectionTo = (port: number, text = "") =>
  Effect.acquireRelease(
    Effect.callback<{ readonly socket: Socket; readonly heard: () => string }>((resume) => {
      let heard = ""
      const socket = connect(port, "127.0.0.1", () => {
        if (text !== "") socket.write(text)
        resume(Effect.succeed({ socket, heard: () => heard }))
      })
      socket.on("data", (chunk) => {
        heard += chunk.toString()
      })
      socket.on("error", () => {})
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

const ask = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`

/** A probe: a connection of its own. The status, 0 where there is no answer. */
const probe = (port: number): Effect.Effect<number> =>
  Effect.callback((resume) => {
    request({ port, host: "127.0.0.1", path: "/live", agent: false }, (response) => {
      response.resume()
      resume(Effect.succeed(response.statusCode ?? 0))
    })
      .on("error", () => resume(Effect.succeed(0)))
      .end()
  })

describe("the connections of the HTTP server", () => {
  it.live("[G6] 256 idle ones, kept alive or silent, keep no probe out; the oldest make room", () =>
    Effect.gen(function* () {
      const port = yield* serverOf(256)
      const idle = yield* Effect.forEach(Array.from({ length: 256 }), (_, index) =>
        connectionTo(port, index % 2 === 0 ? ask("/live") : "")
      )
      yield* until(
        "every answer",
        Effect.sync(() => idle.every(({ heard }, index) => index % 2 === 1 || heard().includes("live"))),
        "10 seconds"
      )
      for (let turn = 0; turn < 20; turn++) assert.strictEqual(yield* probe(port), 200)
      yield* until(
        "the end of an idle connection",
        Effect.sync(() => idle.some(({ socket }) => socket.destroyed)),
        "10 seconds"
      )
      assert.isAtMost(idle.filter(({ socket }) => socket.destroyed).length, 20)
    })
  )

  it.live("one with a request under way is never closed for another; then the new one is", () =>
    Effect.gen(function* () {
      const port = yield* serverOf(2)
      const busy = [yield* connectionTo(port, ask("/slow")), yield* connectionTo(port, ask("/slow"))]
      yield* until(
        "both requests",
        Effect.sync(() => busy.every(({ heard }) => heard().includes("begun"))),
        "10 seconds"
      )
      const refused = yield* connectionTo(port, ask("/live"))
      yield* until(
        "the end of the new one",
        Effect.sync(() => refused.socket.destroyed),
        "10 seconds"
      )
      assert.isFalse(busy.some(({ socket }) => socket.destroyed))
    })
  )

  it.live("[G6] there are never more than allowed", () =>
    Effect.gen(function* () {
      const port = yield* serverOf(4)
      const all = yield* Effect.forEach(Array.from({ length: 40 }), () => connectionTo(port))
      yield* until(
        "the end of all but 4",
        Effect.sync(() => all.filter(({ socket }) => !socket.destroyed).length === 4),
        "10 seconds"
      )
      assert.isTrue(all.slice(-4).every(({ socket }) => !socket.destroyed))
    })
  )
})

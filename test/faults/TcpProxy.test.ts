import { connect, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import { tcpProxy } from "./TcpProxy.ts"

/** A server that answers every byte with the same byte, and keeps what it received. */
const echo = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ address: string; received: () => string; close: () => void }>((resolve) => {
        let received = ""
        const server = createServer((socket) => {
          socket.on("error", () => {})
          socket.on("data", (bytes) => {
            received += bytes.toString()
            socket.write(bytes)
          })
        }).listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          resolve({ address: `127.0.0.1:${port}`, received: () => received, close: () => server.close() })
        })
      })
  ),
  (server) => Effect.sync(() => server.close())
)

interface Client {
  readonly send: (text: string) => void
  readonly received: () => string
  readonly isClosed: () => boolean
}

const clientOf = (address: string): Effect.Effect<Client> =>
  Effect.sync(() => {
    const [host = "", port = ""] = address.split(":")
    const socket: Socket = connect(Number(port), host)
    let received = ""
    let isClosed = false
    socket.on("data", (bytes) => {
      received += bytes.toString()
    })
    socket.on("error", () => {})
    socket.on("close", () => {
      isClosed = true
    })
    return { send: (text) => void socket.write(text), received: () => received, isClosed: () => isClosed }
  })

const seen = (what: string, condition: () => boolean) => until(what, Effect.sync(condition), "10 seconds")

const spoiled = Effect.gen(function* () {
  const server = yield* echo
  const proxy = yield* tcpProxy(server.address)
  const client = yield* clientOf(proxy.address)
  client.send("a")
  yield* seen("the first answer", () => client.received() === "a")
  return { server, proxy, client }
})

describe("a TCP proxy", () => {
  it.live("passes both ways", () => Effect.scoped(Effect.asVoid(spoiled)))

  it.live("cut, it closes what is open and refuses what is new, until it passes again", () =>
    Effect.gen(function* () {
      const { proxy, client } = yield* spoiled
      yield* proxy.set({ _tag: "Cut" })
      yield* seen("the end of the connection", client.isClosed)
      const refused = yield* clientOf(proxy.address)
      yield* seen("the refusal", refused.isClosed)
      yield* proxy.set({ _tag: "Pass" })
      const after = yield* clientOf(proxy.address)
      after.send("b")
      yield* seen("an answer", () => after.received() === "b")
    }).pipe(Effect.scoped)
  )

  it.live("a black hole accepts, forwards nothing, and gives it out afterwards", () =>
    Effect.gen(function* () {
      const { server, proxy, client } = yield* spoiled
      yield* proxy.set({ _tag: "BlackHole" })
      client.send("b")
      const other = yield* clientOf(proxy.address)
      other.send("c")
      yield* seen("both connections", () => proxy.connections() === 2)
      yield* Effect.sleep("200 millis")
      assert.strictEqual(server.received(), "a")
      assert.isFalse(client.isClosed() || other.isClosed())
      yield* proxy.set({ _tag: "Pass" })
      yield* seen("both answers", () => client.received() === "ab" && other.received() === "c")
    }).pipe(Effect.scoped)
  )

  it.live("delays each way, and keeps the order when the delay ends", () =>
    Effect.gen(function* () {
      const { proxy, client } = yield* spoiled
      yield* proxy.set({ _tag: "Delay", millis: 300 })
      const began = performance.now()
      client.send("b")
      yield* Effect.sleep("50 millis")
      yield* proxy.set({ _tag: "Pass" })
      client.send("c")
      yield* seen("both answers, in order", () => client.received() === "abc")
      assert.isAbove(performance.now() - began, 280)
    }).pipe(Effect.scoped)
  )

  it.live("drops requests or answers, and closes the connection when it stops doing so", () =>
    Effect.gen(function* () {
      const { server, proxy, client } = yield* spoiled
      yield* proxy.set({ _tag: "DropAnswers" })
      client.send("b")
      yield* seen("the request", () => server.received() === "ab")
      yield* proxy.set({ _tag: "Pass" })
      yield* seen("the end of the connection", client.isClosed)
      assert.strictEqual(client.received(), "a")
      const next = yield* clientOf(proxy.address)
      next.send("c")
      yield* seen("an answer", () => next.received() === "c")
      yield* proxy.set({ _tag: "DropRequests" })
      next.send("d")
      yield* Effect.sleep("200 millis")
      yield* proxy.set({ _tag: "Pass" })
      yield* seen("the end of that one, too", next.isClosed)
      assert.strictEqual(server.received(), "abc")
    }).pipe(Effect.scoped)
  )
})

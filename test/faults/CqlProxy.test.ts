import { connect, createServer, type Socket } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { until } from "../support/Counterfoil.ts"
import { type Frame, frameReader, opcodes } from "./CqlFrames.ts"
import { cqlProxy, passAll, type Refusal } from "./CqlProxy.ts"

const insert = "INSERT INTO facts (order_id, quantity) VALUES (?, ?)"
const insertTwo = `BEGIN UNLOGGED BATCH ${insert}; ${insert}; APPLY BATCH`
const select = "SELECT order_id FROM facts WHERE order_id IN ?"

const int = (value: number): Buffer => Buffer.of(0, 0, value >> 8, value & 0xff)

const frame = (version: number, stream: number, opcode: number, body: Buffer): Buffer =>
  Buffer.concat([Buffer.of(version, 0, stream >> 8, stream & 0xff, opcode), int(body.length), body])

/** The value of a column as it is bound. */
const bigint = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64BE(value)
  return Buffer.concat([int(8), bytes])
}

const bigints = (...values: ReadonlyArray<bigint>): Buffer => {
  const list = Buffer.concat([int(values.length), ...values.map(bigint)])
  return Buffer.concat([int(list.length), list])
}

const prepare = (stream: number, query: string): Buffer =>
  frame(4, stream, opcodes.prepare, Buffer.concat([int(query.length), Buffer.from(query)]))

/** LOCAL_QUORUM, values follow, as many as there are. */
const execute = (stream: number, id: string, ...values: ReadonlyArray<Buffer>): Buffer =>
  frame(
    4,
    stream,
    opcodes.execute,
    Buffer.concat([idBytes(id), Buffer.of(0, 6, 1, 0, values.length), ...values])
  )

const idBytes = (id: string): Buffer => Buffer.concat([Buffer.of(0, id.length), Buffer.from(id)])

/** A server that prepares under the ids `id1`, `id2`, …, carries out everything, and keeps what it carried out. */
const peer = Effect.acquireRelease(
  Effect.promise(
    () =>
      new Promise<{ address: string; executed: ReadonlyArray<string>; close: () => void }>((resolve) => {
        const executed: Array<string> = []
        let prepared = 0
        const server = createServer((socket) => {
          socket.on("error", () => {})
          socket.on(
            "data",
            frameReader(({ stream, opcode, body }) => {
              if (opcode === opcodes.execute) executed.push(body.toString("latin1", 2, 5))
              const result =
                opcode === opcodes.prepare ? [int(4), idBytes(`id${++prepared}`), int(0)] : [int(1)]
              socket.write(frame(0x84, stream, opcodes.result, Buffer.concat(result)))
            })
          )
        }).listen(0, "127.0.0.1", () => {
          const address = server.address()
          const port = typeof address === "object" && address !== null ? address.port : 0
          resolve({ address: `127.0.0.1:${port}`, executed, close: () => server.close() })
        })
      })
  ),
  (server) => Effect.sync(() => server.close())
)

interface Client {
  readonly send: (...parts: ReadonlyArray<Buffer>) => void
  /** Suspends until the answer to this stream has come. */
  readonly answer: (stream: number) => Effect.Effect<Frame>
  readonly hasAnswered: (stream: number) => boolean
}

const clientOf = (address: string): Effect.Effect<Client, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync((): Client & { readonly socket: Socket } => {
      const [host = "", port = ""] = address.split(":")
      const socket = connect(Number(port), host)
      const answers = new Map<number, Frame>()
      socket.on("error", () => {})
      socket.on(
        "data",
        frameReader((frame) => void answers.set(frame.stream, frame))
      )
      return {
        socket,
        send: (...parts) => {
          for (const part of parts) socket.write(part)
        },
        answer: (stream) =>
          until(
            `an answer to stream ${stream}`,
            Effect.sync(() => answers.has(stream)),
            "10 seconds"
          ).pipe(
            Effect.orDie,
            Effect.map(() => answers.get(stream) as Frame)
          ),
        hasAnswered: (stream) => answers.has(stream)
      }
    }),
    ({ socket }) => Effect.sync(() => socket.destroy())
  )

/** A peer, a proxy before it, and a client that has prepared a write as `id1`, a batch as `id2`, and a read as `id3`. */
const set = Effect.gen(function* () {
  const server = yield* peer
  const proxy = yield* cqlProxy(server.address)
  const client = yield* clientOf(proxy.address)
  for (const [index, query] of [insert, insertTwo, select].entries()) {
    client.send(prepare(index, query))
    yield* client.answer(index)
  }
  return { server, proxy, client }
})

/** The code of an error; undefined where the answer is none. */
const errorCode = ({ opcode, body }: Frame): number | undefined =>
  opcode === opcodes.error ? body.readInt32BE(0) : undefined

describe("a CQL proxy", () => {
  it.live("passes on what it is not told to refuse, however the bytes come", () =>
    Effect.gen(function* () {
      const { server, proxy, client } = yield* set
      const sent = Buffer.concat([execute(7, "id1", bigint(1n)), execute(8, "id3", bigints(1n))])
      client.send(...Array.from(sent, (byte) => Buffer.of(byte)))
      assert.isUndefined(errorCode(yield* client.answer(7)))
      assert.isUndefined(errorCode(yield* client.answer(8)))
      assert.deepStrictEqual(server.executed, ["id1", "id3"])
      assert.strictEqual(proxy.refused("overloaded"), 0)
    }).pipe(Effect.scoped)
  )

  const refusals: ReadonlyArray<readonly [Refusal, id: string, code: number, isCarriedOut: boolean]> = [
    ["timed-out-written", "id1", 0x1100, true],
    ["timed-out-unwritten", "id2", 0x1100, false],
    ["read-timed-out", "id3", 0x1200, false],
    ["overloaded", "id1", 0x1001, false],
    ["unavailable", "id3", 0x1000, false],
    ["server-error", "id1", 0x0000, false],
    ["write-failed", "id2", 0x1500, false]
  ]
  for (const [how, id, code, isCarriedOut] of refusals) {
    it.live(
      `${how}: the client is told so, and the server ${isCarriedOut ? "does it" : "never sees it"}`,
      () =>
        Effect.gen(function* () {
          const { server, proxy, client } = yield* set
          yield* proxy.set(() => how)
          client.send(execute(300, id, bigint(1n)))
          const answer = yield* client.answer(300)
          assert.strictEqual(errorCode(answer), code)
          assert.strictEqual(answer.bytes.readUInt8(0), 0x84)
          assert.strictEqual(proxy.refused(how), 1)
          // The next one passes on the same connection, and shows what has reached the server before it.
          yield* proxy.set(passAll)
          client.send(execute(300, "id1", bigint(2n)), execute(301, "id1", bigint(2n)))
          yield* client.answer(301)
          assert.isUndefined(errorCode(yield* client.answer(300)))
          assert.deepStrictEqual(server.executed, isCarriedOut ? [id, "id1", "id1"] : ["id1", "id1"])
        }).pipe(Effect.scoped)
    )
  }

  it.live("swallowed: neither the client nor the server hears of it", () =>
    Effect.gen(function* () {
      const { server, proxy, client } = yield* set
      yield* proxy.set(({ mentions }) => (mentions(1n) ? "swallowed" : undefined))
      client.send(execute(300, "id1", bigint(1n)), execute(301, "id1", bigint(2n)))
      yield* client.answer(301)
      assert.isFalse(client.hasAnswered(300))
      assert.deepStrictEqual([server.executed.length, proxy.refused("swallowed")], [1, 1])
    }).pipe(Effect.scoped)
  )

  it.live("says of a batch that timed out that it was one", () =>
    Effect.gen(function* () {
      const { proxy, client } = yield* set
      yield* proxy.set(() => "timed-out-unwritten")
      client.send(execute(7, "id1", bigint(1n)), execute(8, "id2", bigint(1n)))
      assert.isTrue((yield* client.answer(7)).body.toString("latin1").endsWith("SIMPLE"))
      assert.isTrue((yield* client.answer(8)).body.toString("latin1").endsWith("UNLOGGED_BATCH"))
    }).pipe(Effect.scoped)
  )

  it.live("lets a rule see the text and the values of a statement, prepared on whichever connection", () =>
    Effect.gen(function* () {
      const { server, proxy } = yield* set
      const other = yield* clientOf(proxy.address)
      yield* proxy.set(({ query, mentions }) =>
        query.startsWith("SELECT") && mentions(-5n) ? "unavailable" : undefined
      )
      other.send(execute(1, "id1", bigint(-5n)), execute(2, "id3", bigints(4n, -5n)))
      other.send(execute(3, "id3", bigints(4n, 5n)))
      assert.isUndefined(errorCode(yield* other.answer(1)))
      assert.strictEqual(errorCode(yield* other.answer(2)), 0x1000)
      assert.isUndefined(errorCode(yield* other.answer(3)))
      assert.deepStrictEqual(server.executed, ["id1", "id3"])
    }).pipe(Effect.scoped)
  )

  it.live("never refuses what was not prepared: the driver's own questions", () =>
    Effect.gen(function* () {
      const { proxy, client } = yield* set
      yield* proxy.set(() => "unavailable")
      client.send(frame(4, 9, 0x07, Buffer.concat([int(6), Buffer.from("SELECT")])))
      assert.isUndefined(errorCode(yield* client.answer(9)))
    }).pipe(Effect.scoped)
  )
})

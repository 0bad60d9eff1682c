/** A connection to Cassandra whose statements a test can have refused, one by one: between Counterfoil and a node. */
import { connect, createServer, type Server, type Socket } from "node:net"
import { Effect, type Scope } from "effect"
import {
  type CqlError,
  carries,
  errorFrame,
  executedId,
  type Frame,
  frameReader,
  opcodes,
  preparedId,
  preparedText
} from "./CqlFrames.ts"

/** How a statement ends that the server is not left to answer. */
export type Refusal =
  /** Carried out; answered that a write timed out. */
  | "timed-out-written"
  /** Not carried out; answered that a write timed out. */
  | "timed-out-unwritten"
  /** Not carried out; answered that a read timed out. */
  | "read-timed-out"
  /** Not carried out; answered that there is too much to do. */
  | "overloaded"
  /** Not carried out; answered that too few replicas are alive. */
  | "unavailable"
  /** Not carried out, and not answered. */
  | "swallowed"
  /** Not carried out; answered with an error of the server's own (0x0000). */
  | "server-error"
  /** Not carried out; answered that a replica failed to write (0x1500). */
  | "write-failed"

/** A prepared statement on its way to the server. */
export interface SentStatement {
  /** As it was prepared. */
  readonly query: string
  /** Whether this bigint is among its values. */
  readonly mentions: (value: bigint) => boolean
}

/** What to do with a statement; undefined: pass it on. */
export type Rule = (statement: SentStatement) => Refusal | undefined

/** A proxy. */
export interface CqlProxy {
  /** `host:port` to connect to. */
  readonly address: string
  /** Decides from now on, on connections that are open too. */
  readonly set: (rule: Rule) => Effect.Effect<void>
  /** Statements refused so far in this way. */
  readonly refused: (how: Refusal) => number
}

/** Lets every statement pass. */
export const passAll: Rule = () => undefined

/**
 * Runs a proxy to `target` (`host:port`) that passes everything on at first; it ends with the scope. It listens at a
 * free port of 127.0.0.1, if not told where.
 */
export const cqlProxy = (
  target: string,
  at: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: 0 }
): Effect.Effect<CqlProxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => new Proxy(target).listen(at)),
    (proxy) => Effect.sync(() => proxy.close())
  ).pipe(
    Effect.map((proxy) => ({
      address: proxy.address,
      set: (rule: Rule) =>
        Effect.sync(() => {
          proxy.rule = rule
        }),
      refused: (how: Refusal) => proxy.refused.get(how) ?? 0
    }))
  )

class Proxy {
  rule: Rule = passAll
  readonly refused = new Map<Refusal, number>()
  /** Statements by the ids that the server gave them: the same on every connection. */
  readonly prepared = new Map<string, string>()
  readonly #target: readonly [host: string, port: number]
  readonly #server: Server
  readonly #connections = new Set<Connection>()

  constructor(target: string) {
    const [host = "127.0.0.1", port = "0"] = target.split(":")
    this.#target = [host, Number(port)]
    this.#server = createServer((client) => {
      const [host, port] = this.#target
      const connection = new Connection(this, client, connect({ host, port }), () =>
        this.#connections.delete(connection)
      )
      this.#connections.add(connection)
    })
  }

  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<this> {
    return new Promise((resolve) => this.#server.listen(port, host, () => resolve(this)))
  }

  get address(): string {
    const address = this.#server.address()
    return typeof address === "object" && address !== null ? `${address.address}:${address.port}` : ""
  }

  /** How to refuse what a frame executes; undefined where it is no prepared statement, or is to pass. */
  refusalOf(frame: Frame): { readonly how: Refusal; readonly error: CqlError } | undefined {
    const query = frame.opcode === opcodes.execute ? this.prepared.get(executedId(frame)) : undefined
    if (query === undefined) return undefined
    const how = this.rule({ query, mentions: (value) => carries(frame, value) })
    if (how === undefined) return undefined
    this.refused.set(how, (this.refused.get(how) ?? 0) + 1)
    return { how, error: errorOf(how, query) }
  }

  close(): void {
    this.#server.close()
    for (const connection of this.#connections) connection.end()
  }
}

class Connection {
  readonly end: () => void
  readonly #proxy: Proxy
  readonly #client: Socket
  readonly #server: Socket
  /** What is being prepared, by stream. */
  readonly #preparing = new Map<number, string>()
  /** What is answered instead of the server's own answer, by stream. */
  readonly #instead = new Map<number, Buffer>()

  constructor(proxy: Proxy, client: Socket, server: Socket, onEnd: () => void) {
    this.#proxy = proxy
    this.#client = client
    this.#server = server
    this.end = () => {
      client.destroy()
      server.destroy()
      onEnd()
    }
    client.on(
      "data",
      frameReader((frame) => this.#onRequest(frame))
    )
    server.on(
      "data",
      frameReader((frame) => this.#onAnswer(frame))
    )
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on("error", this.end)
      socket.on("close", this.end)
    }
  }

  #onRequest(frame: Frame): void {
    if (frame.opcode === opcodes.prepare) this.#preparing.set(frame.stream, preparedText(frame))
    const refusal = this.#proxy.refusalOf(frame)
    if (refusal?.how === "swallowed") return
    if (refusal !== undefined && refusal.how !== "timed-out-written") {
      send(this.#server, this.#client, errorFrame(frame, refusal.error))
      return
    }
    if (refusal !== undefined) this.#instead.set(frame.stream, errorFrame(frame, refusal.error))
    send(this.#client, this.#server, frame.bytes)
  }

  #onAnswer(frame: Frame): void {
    const { stream } = frame
    const query = this.#preparing.get(stream)
    const id = query === undefined ? undefined : preparedId(frame)
    if (query !== undefined && id !== undefined) this.#proxy.prepared.set(id, query)
    this.#preparing.delete(stream)
    const instead = this.#instead.get(stream)
    this.#instead.delete(stream)
    send(this.#server, this.#client, instead ?? frame.bytes)
  }
}

/** Sends on what came from somewhere, which is not read any further while it cannot be taken. */
const send = (from: Socket, to: Socket, bytes: Buffer): void => {
  if (to.destroyed || to.write(bytes)) return
  from.pause()
  to.once("drain", () => from.resume())
}

const errorOf = (how: Refusal, query: string): CqlError => {
  switch (how) {
    case "timed-out-written":
    case "timed-out-unwritten":
    case "swallowed":
      return { _tag: "WriteTimeout", writeType: query.startsWith("BEGIN") ? "UNLOGGED_BATCH" : "SIMPLE" }
    case "read-timed-out":
      return { _tag: "ReadTimeout" }
    case "overloaded":
      return { _tag: "Overloaded" }
    case "unavailable":
      return { _tag: "Unavailable" }
    case "server-error":
      return { _tag: "ServerError" }
    case "write-failed":
      return { _tag: "WriteFailure", writeType: query.startsWith("BEGIN") ? "UNLOGGED_BATCH" : "SIMPLE" }
  }
}

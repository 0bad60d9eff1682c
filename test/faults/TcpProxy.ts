/** A TCP connection that a test can spoil: between Counterfoil and Pub/Sub, or Cassandra. */
import { connect, createServer, type Server, type Socket } from "node:net"
import { Effect, type Scope } from "effect"

/** What the proxy does with what comes. */
export type Mode =
  /** Forwards it. */
  | { readonly _tag: "Pass" }
  /** Closes every connection, and refuses new ones. */
  | { readonly _tag: "Cut" }
  /** Accepts connections and forwards nothing; what came meanwhile follows when it ends, as after a lost route. */
  | { readonly _tag: "BlackHole" }
  /** Forwards it later, in each direction. */
  | { readonly _tag: "Delay"; readonly millis: number }
  /** Drops what clients send; what the server sends arrives. Connections are closed when it ends. */
  | { readonly _tag: "DropRequests" }
  /** Drops what the server sends; what clients send arrives. Connections are closed when it ends. */
  | { readonly _tag: "DropAnswers" }

/** A proxy. */
export interface TcpProxy {
  /** `host:port` to connect to. */
  readonly address: string
  /** Changes what happens from now on, to connections that are open too. */
  readonly set: (mode: Mode) => Effect.Effect<void>
  /** Connections that are open. */
  readonly connections: () => number
}

/**
 * Runs a proxy to `target` (`host:port`) that passes everything on at first; it ends with the scope. It listens at a
 * free port of 127.0.0.1, if not told where.
 */
export const tcpProxy = (
  target: string,
  at: { readonly host: string; readonly port: number } = { host: "127.0.0.1", port: 0 }
): Effect.Effect<TcpProxy, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.promise(() => new Proxy(target).listen(at)),
    (proxy) => Effect.sync(() => proxy.close())
  ).pipe(
    Effect.map((proxy) => ({
      address: proxy.address,
      set: (mode: Mode) => Effect.sync(() => proxy.set(mode)),
      connections: () => proxy.connections.size
    }))
  )

class Proxy {
  readonly connections = new Set<Connection>()
  readonly #target: readonly [host: string, port: number]
  readonly #server: Server
  #mode: Mode = { _tag: "Pass" }

  constructor(target: string) {
    const [host = "127.0.0.1", port = "0"] = target.split(":")
    this.#target = [host, Number(port)]
    this.#server = createServer((client) => this.#accept(client))
  }

  listen({ host, port }: { readonly host: string; readonly port: number }): Promise<this> {
    return new Promise((resolve) => this.#server.listen(port, host, () => resolve(this)))
  }

  get address(): string {
    const address = this.#server.address()
    return typeof address === "object" && address !== null ? `${address.address}:${address.port}` : ""
  }

  set(mode: Mode): void {
    const had = this.#mode
    this.#mode = mode
    // A stream of bytes with a hole in it would confuse both ends in ways no network does.
    if (mode._tag === "Cut" || had._tag === "DropRequests" || had._tag === "DropAnswers") this.#endAll()
    for (const connection of this.connections) connection.apply(mode)
  }

  close(): void {
    this.#server.close()
    this.#endAll()
  }

  #accept(client: Socket): void {
    if (this.#mode._tag === "Cut") {
      client.resetAndDestroy()
      return
    }
    const [host, port] = this.#target
    const connection = new Connection(client, connect({ host, port }), () =>
      this.connections.delete(connection)
    )
    this.connections.add(connection)
    connection.apply(this.#mode)
  }

  #endAll(): void {
    for (const connection of this.connections) connection.end()
    this.connections.clear()
  }
}

class Connection {
  readonly #ways: ReadonlyArray<Way>
  readonly end: () => void

  constructor(client: Socket, server: Socket, onEnd: () => void) {
    this.#ways = [new Way(client, server, "DropRequests"), new Way(server, client, "DropAnswers")]
    this.end = () => {
      client.resetAndDestroy()
      server.resetAndDestroy()
      onEnd()
    }
    for (const socket of [client, server]) {
      socket.setNoDelay(true)
      socket.on("error", this.end)
      socket.on("close", this.end)
    }
  }

  apply(mode: Mode): void {
    for (const way of this.#ways) way.apply(mode)
  }
}

/** One direction of a connection. */
class Way {
  readonly #from: Socket
  readonly #dropsIn: Mode["_tag"]
  #mode: Mode = { _tag: "Pass" }
  readonly #delayed: Array<{ readonly at: number; readonly action: () => void }> = []

  constructor(from: Socket, to: Socket, dropsIn: Mode["_tag"]) {
    this.#from = from
    this.#dropsIn = dropsIn
    from.on("data", (bytes) => {
      if (this.#mode._tag === this.#dropsIn) return
      this.#forward(() => {
        if (to.destroyed || to.write(bytes)) return
        from.pause()
        to.once("drain", () => this.apply(this.#mode))
      })
    })
    from.on("end", () => this.#forward(() => void to.end()))
  }

  apply(mode: Mode): void {
    this.#mode = mode
    if (mode._tag === "BlackHole") this.#from.pause()
    else this.#from.resume()
  }

  /** What was delayed is never overtaken by what came after it: one queue, one timer. */
  #forward(action: () => void): void {
    const wait = this.#mode._tag === "Delay" ? this.#mode.millis : 0
    this.#delayed.push({ at: performance.now() + wait, action })
    if (this.#delayed.length === 1) this.#drain()
  }

  readonly #drain = (): void => {
    for (let next = this.#delayed[0]; next !== undefined; next = this.#delayed[0]) {
      const wait = next.at - performance.now()
      if (wait > 0) {
        setTimeout(this.#drain, Math.ceil(wait))
        return
      }
      next.action()
      this.#delayed.shift()
    }
  }
}

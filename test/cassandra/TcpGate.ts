/** A port that leads to a server while it is open, and to nobody while it is shut. */
import { connect, createServer, type Server, type Socket } from "node:net"
import { Effect } from "effect"
import { freePorts } from "../support/Ports.ts"

/** A way to a server that a test can cut. */
export interface TcpGate {
  /** `host:port` to connect to. */
  readonly address: string
  readonly open: Effect.Effect<void>
  /** Refuses new connections and cuts those that are there. */
  readonly shut: Effect.Effect<void>
}

/** A gate to `target` (`host:port`), shut at first and when the scope ends. */
export const tcpGate = Effect.fnUntraced(function* (target: string) {
  const [port = 0] = yield* freePorts(1)
  const [host = "", targetPort = ""] = target.split(":")
  const sockets = new Set<Socket>()
  let server: Server | undefined
  const open = Effect.promise(
    () =>
      new Promise<void>((resolve) => {
        server = createServer((client) => {
          const upstream = connect(Number(targetPort), host)
          for (const [from, to] of [
            [client, upstream],
            [upstream, client]
          ] as const) {
            sockets.add(from)
            from.pipe(to)
            from.on("error", () => to.destroy())
            from.on("close", () => to.destroy())
          }
        }).listen(port, "127.0.0.1", resolve)
      })
  )
  const shut = Effect.sync(() => {
    server?.close()
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  })
  yield* Effect.addFinalizer(() => shut)
  const gate: TcpGate = { address: `127.0.0.1:${port}`, open, shut }
  return gate
})

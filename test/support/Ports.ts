/** Finds ports that nobody listens on. */
import { randomInt } from "node:crypto"
import { createServer, type Server } from "node:net"
import { Effect } from "effect"

/**
 * Ports of `host` that are free now, all different.
 *
 * Another program may still take one before its use, but no connection that somebody opens meanwhile does.
 */
export const freePorts = (count: number, host = "127.0.0.1"): Effect.Effect<ReadonlyArray<number>> =>
  Effect.promise(async () => {
    const servers: Array<Server> = []
    // All are open at once, so that no port is given twice.
    while (servers.length < count) {
      const server = await listen(host, randomInt(lowest, highest + 1)).catch(() => undefined)
      if (server !== undefined) servers.push(server)
    }
    const ports = servers.map(portOf)
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    return ports
  })

// Above the well-known ones, below those that outgoing connections take (Linux: from 32768, macOS: from 49152).
const lowest = 10_240
const highest = 32_767

/** Whether nobody listens on this port of `host`. */
export const isFree = (host: string, port: number): Effect.Effect<boolean> =>
  Effect.promise(() =>
    listen(host, port).then(
      (server) => new Promise<boolean>((resolve) => server.close(() => resolve(true))),
      () => false
    )
  )

/** A loopback address that no other program listens on; other systems than Linux have only one. */
export const ownAddress = (): string =>
  process.platform === "linux" ? `127.${randomInt(1, 255)}.${randomInt(0, 256)}.1` : "127.0.0.1"

const listen = (host: string, port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", reject)
    server.listen(port, host, () => resolve(server))
  })

const portOf = (server: Server): number => {
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("not listening on a TCP port")
  return address.port
}

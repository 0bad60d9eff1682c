/** Bounds the connections of an HTTP server, so that idle ones never keep a probe out. */
import type { Server } from "node:http"
import type { Socket } from "node:net"

/**
 * From now on the server has at most so many connections.
 *
 * **Guarantee**: one more closes the one that has been idle for longest, and is itself refused only where every
 * connection has a request under way. One that has sent no request yet counts as idle.
 */
export const boundConnections = (server: Server, atMost: number): void => {
  const open = new Set<Socket>()
  // In the order in which they became idle.
  const idle = new Set<Socket>()
  const forget = (socket: Socket): void => {
    open.delete(socket)
    idle.delete(socket)
  }
  server.on("connection", (socket) => {
    if (open.size >= atMost) {
      const [longest] = idle
      if (longest === undefined) {
        socket.destroy()
        return
      }
      forget(longest)
      longest.destroy()
    }
    open.add(socket)
    idle.add(socket)
    socket.once("close", () => forget(socket))
  })
  server.on("request", ({ socket }, response) => {
    idle.delete(socket)
    response.once("close", () => {
      if (open.has(socket)) idle.add(socket)
    })
  })
}

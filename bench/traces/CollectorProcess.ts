/** A collector that takes everything and keeps nothing, in a process of its own, so that its work is not ours. Prints its port. */
import { createServer } from "node:http"

const server = createServer((request, response) => {
  request.resume().on("end", () => response.writeHead(200).end())
})
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.stdout.write(`${typeof address === "object" ? address?.port : address}\n`)
})
// Its parent is gone.
process.stdin.resume().on("end", () => process.exit(0))

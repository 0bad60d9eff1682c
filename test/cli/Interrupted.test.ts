import { createServer, type Server } from "node:net"
import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"

/** A server that accepts connections and says nothing, and how many it has accepted. */
const silentServer = Effect.acquireRelease(
  Effect.callback<{ readonly server: Server; readonly accepted: () => number }>((resume) => {
    let accepted = 0
    const server = createServer((socket) => {
      accepted++
      socket.on("error", () => {})
    }).listen(0, "127.0.0.1", () => resume(Effect.succeed({ server, accepted: () => accepted })))
  }),
  ({ server }) => Effect.sync(() => server.close())
).pipe(
  Effect.map(({ accepted, server }) => {
    const address = server.address()
    return {
      accepted,
      host: typeof address === "object" && address !== null ? `127.0.0.1:${address.port}` : ""
    }
  })
)

describe("a command with an end of its own that a signal cuts off", () => {
  it.live.each([
    ["setup", "SIGTERM", 143],
    ["setup pubsub", "SIGINT", 130],
    ["setup cassandra", "SIGINT", 130],
    ["facts count", "SIGTERM", 143],
    ["produce all --count 5", "SIGTERM", 143],
    ["run --drain", "SIGINT", 130],
    ["run --drain", "SIGTERM", 143]
  ] as const)("[G8] %s: %s is exit %i, and one line says so", ([command, signal, code]) =>
    Effect.gen(function* () {
      const { accepted, host } = yield* silentServer
      const started = yield* counterfoil(command.split(" "), {
        PUBSUB_EMULATOR_HOST: host,
        PUBSUB_PROJECT_ID: "none",
        CASSANDRA_CONTACT_POINTS: host,
        LOG_FORMAT: "pretty"
      })
      yield* until(
        "a connection",
        Effect.sync(() => accepted() > 0),
        "50 seconds",
        started.stderr
      )
      yield* started.signal(signal)
      expect(yield* started.ended).toEqual({ code, signal: null })
      expect(started.stderr().match(/^counterfoil: .*$/gm)).toEqual([
        `counterfoil: ${signal} stopped this command before its end`
      ])
    })
  )
})

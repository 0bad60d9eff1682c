import { assert, describe, it } from "@effect/vitest"
import { getLogger, setLogger } from "@grpc/grpc-js/build/src/logging.js"
import { Effect, Layer, Logger, References } from "effect"
import { GoogleClient } from "../../../../src/pubsub/google/GoogleClient.ts"
import { logGrpcOf } from "../../../../src/pubsub/google/internal/GrpcLog.ts"
import { onTheWire, settingsFor } from "../ScriptedSubscriber.ts"

describe("what gRPC has to say", () => {
  it.effect("is a line of the log at level Debug, and not printed", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
        lines.push(`${logLevel} ${String(message)}`)
      })
      let set: { readonly error: (...parts: ReadonlyArray<unknown>) => void } | undefined
      const client = {
        _gaxGrpc: {
          grpc: {
            setLogger: (given: typeof set) => {
              set = given
            }
          }
        }
      }
      yield* logGrpcOf(client).pipe(
        Effect.provideService(References.MinimumLogLevel, "Debug"),
        Effect.provide(Logger.layer([logger]))
      )
      set?.error("Failed to connect to proxy", "127.0.0.1:9")
      yield* onTheWire
      assert.deepStrictEqual(lines, ["Debug gRPC: Failed to connect to proxy 127.0.0.1:9"])
    })
  )

  it.effect("is left alone where a client is of another make", () =>
    Effect.gen(function* () {
      for (const client of [undefined, {}, { _gaxGrpc: {} }]) yield* logGrpcOf(client)
    })
  )

  it.live("stays with gRPC, whose logger is one for the process, unless the program gives it away", () =>
    Effect.gen(function* () {
      const before = yield* Effect.acquireRelease(Effect.sync(getLogger), (logger) =>
        Effect.sync(() => setLogger(logger))
      )
      const settings = settingsFor("127.0.0.1:1")
      yield* Layer.build(GoogleClient.layer(settings))
      assert.strictEqual(getLogger(), before)
      yield* Layer.build(GoogleClient.layer(settings, { takesGrpcLog: true }))
      assert.notStrictEqual(getLogger(), before)
    }).pipe(Effect.scoped)
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Logger, Option, Runtime } from "effect"
import { HttpAddressUnusable } from "../../src/http/HttpAddress.ts"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import type { HttpSettings } from "../../src/http/HttpSettings.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { takenPort } from "./TakenPort.ts"

const layerOf = (settings: HttpSettings) =>
  layerHttpApi(settings).pipe(
    Layer.provide(Recorder.layer("0.1.0")),
    Layer.provide(Layer.mergeAll(Health.layer, Metrics.layer))
  )

describe("the address of HttpApi", () => {
  it.live("a port that was asked for and is taken fails, with exit code 2", () =>
    Effect.gen(function* () {
      const port = yield* takenPort
      const error = yield* Effect.flip(Layer.build(layerOf({ host: "127.0.0.1", port, portAsked: true })))
      assert.instanceOf(error, HttpAddressUnusable)
      assert.strictEqual(Runtime.getErrorExitCode(error), 2)
      assert.include(error.message, `HTTP_PORT=${port}: the port is taken`)
    })
  )

  it.live("a host that is none of this machine's fails, also when the port was not asked for", () =>
    Effect.gen(function* () {
      const layer = layerOf({ host: "192.0.2.1", port: 8080, portAsked: false })
      const error = yield* Effect.flip(Layer.build(layer))
      assert.include(error.message, "HTTP_HOST=192.0.2.1")
    })
  )

  it.live("a default port that is taken is replaced by a free one, said aloud", () =>
    Effect.gen(function* () {
      const lines: Array<string> = []
      const capture = Logger.make(({ logLevel, message }) => lines.push(`${logLevel} ${String(message)}`))
      const taken = yield* takenPort
      const address = yield* HttpApi.use(({ address }) => Effect.fromOption(address)).pipe(
        Effect.provide(
          layerOf({ host: "127.0.0.1", port: taken, portAsked: false }).pipe(
            Layer.provide(Logger.layer([capture]))
          )
        )
      )
      assert.deepStrictEqual(lines, [`Warn HTTP port ${taken} is taken; serving at ${address.url} instead`])
      assert.notInclude([0, taken], address.port)
      assert.strictEqual(address.url, `http://127.0.0.1:${address.port}`)
    })
  )

  it.live("port 0 serves nothing", () =>
    Effect.gen(function* () {
      const address = yield* HttpApi.use(({ address }) => Effect.succeed(address))
      assert.isTrue(Option.isNone(address))
    }).pipe(Effect.provide(layerOf({ host: "127.0.0.1", port: 0, portAsked: true })))
  )
})

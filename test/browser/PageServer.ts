/** Serves the page with a recording that stays as it is. */
import { Effect, Layer, Logger } from "effect"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { freePorts } from "../support/Ports.ts"

/** The page of a process that has recorded this, for the life of the scope. Answers its address. */
export const pageOf = (recording: string) =>
  Effect.gen(function* () {
    const [port = 0] = yield* freePorts(1)
    const { frames, ...rest } = JSON.parse(recording)
    // What came after the last frame is nothing.
    const nothing = JSON.stringify({ ...rest, frames: [] })
    const recorder = Recorder.of({
      recording: ({ since }) => (since === 0 ? recording : nothing),
      record: Effect.void
    })
    const served = layerHttpApi({ host: "127.0.0.1", port, portAsked: true }).pipe(
      Layer.provideMerge(Layer.succeed(Recorder, recorder)),
      Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
    )
    const services = yield* Layer.build(served)
    void frames
    return yield* Effect.provide(
      Effect.map(
        Effect.flatMap(HttpApi, ({ address }) => Effect.fromOption(address)),
        ({ url }) => url
      ),
      services
    )
  })

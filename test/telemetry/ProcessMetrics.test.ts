import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Layer } from "effect"
import { eventLoopSampleMillis } from "../../src/telemetry/Limits.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { layerProcessMetrics } from "../../src/telemetry/ProcessMetrics.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"

const layer = layerProcessMetrics("1.2.3").pipe(Layer.provideMerge(Metrics.layer))

const scrape = Metrics.use((metrics) => metrics.prometheus).pipe(Effect.map(parseExposition))

/** Keeps the event loop from turning. */
const block = (millis: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, millis)
}

describe("ProcessMetrics", () => {
  it.live("memory, CPU time, start time and version are among the metrics", () =>
    Effect.gen(function* () {
      const families = yield* scrape
      assert.isAbove(valueOf(families, "process_resident_memory_bytes"), 10e6)
      assert.isAbove(valueOf(families, "process_cpu_seconds_total"), 0)
      const start = valueOf(families, "process_start_time_seconds")
      assert.isTrue(Math.abs(start - performance.timeOrigin / 1000) < 1)
      assert.strictEqual(valueOf(families, "counterfoil_build_info", { version: "1.2.3" }), 1)
    }).pipe(Effect.provide(layer))
  )

  it.live("a blocked event loop shows in its lag, to everyone who asks and as often as they do", () =>
    Effect.gen(function* () {
      yield* scrape
      // The monitor's timer has to have ticked before and after the blockade.
      const twoSamples = Duration.millis(2 * eventLoopSampleMillis)
      yield* Effect.sync(() => block(300)).pipe(Effect.delay(twoSamples))
      yield* Effect.sleep(twoSamples)
      for (const name of ["nodejs_eventloop_lag_p99_seconds", "nodejs_eventloop_lag_max_seconds"]) {
        for (let reader = 0; reader < 2; reader++) {
          const lag = valueOf(yield* scrape, name)
          assert.isAbove(lag, 0.2, name)
          assert.isBelow(lag, 5, name)
        }
      }
    }).pipe(Effect.provide(layer))
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { exportedSeries } from "../../src/telemetry/ExportedSeries.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { allMetrics } from "../support/AllMetrics.ts"
import { parseExposition } from "../support/Exposition.ts"

describe("the series that are exported", () => {
  it.live("are those of /metrics, the three of a histogram too", () =>
    Effect.gen(function* () {
      const text = yield* Metrics.use((metrics) => metrics.prometheus).pipe(Effect.provide(allMetrics))
      const shown = [...parseExposition(text).values()].flatMap(({ samples }) =>
        samples.map(({ name }) => name)
      )
      const exported = yield* exportedSeries
      assert.deepStrictEqual([...exported].toSorted(), [...new Set(shown)].toSorted())
      assert.isTrue(exported.has("counterfoil_wait_seconds_bucket"))
      assert.isFalse(exported.has("counterfoil_wait_seconds"))
    })
  )
})

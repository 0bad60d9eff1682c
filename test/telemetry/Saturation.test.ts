import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { saturationSamples } from "../../src/telemetry/Limits.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { type LimitName, limitNames, Saturation } from "../../src/telemetry/Saturation.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"

const nothing = { slots: 0, writes: 0, credit: 0, "waiting-room": 0, "retry-places": 0 }

const taken = (saturation: Saturation, times: number, limit: LimitName, share: number) => {
  for (let time = 0; time < times; time++) saturation.take({ ...nothing, [limit]: share })
}

describe("Saturation", () => {
  it.each(limitNames)("names the limit of which most is used: %s", (limit) => {
    const saturation = new Saturation()
    taken(saturation, 3, limit, 0.75)
    assert.deepStrictEqual(saturation.binding, { limit, share: 0.75 })
  })

  it("is 0 before anything is known, and where a share is none", () => {
    const saturation = new Saturation()
    assert.strictEqual(saturation.binding.share, 0)
    taken(saturation, 3, "writes", Number.NaN)
    assert.strictEqual(saturation.binding.share, 0)
  })

  it("is never above 1: one delivery may always be held, however large it is", () => {
    const saturation = new Saturation()
    taken(saturation, 1, "credit", 7)
    assert.strictEqual(saturation.binding.share, 1)
  })

  it("is a mean: a moment in which every slot is busy is not saturation, a window of them is", () => {
    const saturation = new Saturation()
    taken(saturation, saturationSamples, "slots", 0)
    taken(saturation, 1, "slots", 1)
    assert.approximately(saturation.binding.share, 1 / saturationSamples, 1e-9)
    taken(saturation, saturationSamples - 1, "slots", 1)
    assert.strictEqual(saturation.binding.share, 1)
  })

  it.effect("is a plain gauge for autoscalers, beside one for each limit", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      yield* metrics.watchStatements({ inFlight: () => 256, limit: () => 512 })
      yield* metrics.limitsRead({ slots: 0.25, credit: 0.1, "waiting-room": 0, "retry-places": 0 })
      const shown = parseExposition(yield* metrics.prometheus)
      assert.strictEqual(valueOf(shown, "counterfoil_saturation_ratio"), 0.5)
      assert.strictEqual(valueOf(shown, "counterfoil_limit_used_ratio", { limit: "writes" }), 0.5)
      assert.strictEqual(valueOf(shown, "counterfoil_limit_used_ratio", { limit: "slots" }), 0.25)
    }).pipe(Effect.provide(Metrics.layer))
  )
})

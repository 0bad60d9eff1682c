import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Health } from "../../src/telemetry/Health.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { connected, watched } from "../support/WatchedParts.ts"

const provided = Effect.provide(Health.layer)

describe("HealthMonitor, of an intake that does not read", () => {
  it.effect("[G4] a paused intake says why, and stays ready", () =>
    Effect.gen(function* () {
      const { health, parts } = yield* watched
      parts.pausedBecause = "the waiting room is full"
      yield* pass("2 seconds")
      const { state } = health.current().payments
      assert.deepStrictEqual(state, { _tag: "Paused", reason: "the waiting room is full" })
      assert.isTrue(yield* health.ready)
    }).pipe(provided)
  )

  it.effect("[G8] a stop shows at once, and nothing takes it back", () =>
    Effect.gen(function* () {
      const { health, monitor, parts, tag } = yield* watched
      yield* monitor.stopping
      assert.deepStrictEqual([tag("orders"), tag("payments")], ["Stopping", "Stopping"])
      assert.isFalse(yield* health.ready)
      parts.status = { ...connected, connected: false }
      yield* pass("1 minute")
      assert.deepStrictEqual([tag("orders"), tag("payments")], ["Stopping", "Stopping"])
    }).pipe(provided)
  )
})

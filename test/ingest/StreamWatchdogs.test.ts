import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Health } from "../../src/telemetry/Health.ts"
import { watchdogTicks } from "../../src/telemetry/Limits.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { connected, watched } from "../support/WatchedParts.ts"

const provided = Effect.provide(Health.layer)

describe("the watchdogs of a processor", () => {
  it.effect("complain of a stream that is not tried to connect again, and of none that is", () =>
    Effect.gen(function* () {
      const { health, parts } = yield* watched
      const gone = { ...connected, connected: false, trouble: "connecting" }
      for (let second = 0; second < 2 * watchdogTicks; second++) {
        parts.status = { ...gone, triedAtMillis: second }
        yield* pass("1 second")
        health.watchdogs.tick()
      }
      assert.deepStrictEqual(health.watchdogs.troubles, [])
      for (let second = 0; second < watchdogTicks; second++) {
        yield* pass("1 second")
        health.watchdogs.tick()
      }
      assert.match(health.watchdogs.troubles.join(), /^orders: not connected, .*,payments: not connected, /)
    }).pipe(provided)
  )

  it.effect("complain once the states of the parts are not read any more", () =>
    Effect.gen(function* () {
      const { health } = yield* watched
      for (let tick = 0; tick <= watchdogTicks; tick++) health.watchdogs.tick()
      assert.match(health.watchdogs.troubles.join(), /^health: /)
      yield* pass("1 second")
      health.watchdogs.tick()
      assert.deepStrictEqual(health.watchdogs.troubles, [])
    }).pipe(provided)
  )
})

import { assert, describe, it } from "@effect/vitest"
import { watchdogTicks } from "../../src/telemetry/Limits.ts"
import { Watchdogs } from "../../src/telemetry/Watchdogs.ts"

const ticked = (watchdogs: Watchdogs, times: number): ReadonlyArray<string> => {
  for (let tick = 0; tick < times; tick++) watchdogs.tick()
  return watchdogs.troubles
}

describe("Watchdogs", () => {
  it("complain of a sign that stays as it is, by name and for how long, and no longer once it changes", () => {
    const watchdogs = new Watchdogs()
    let sign = 1
    watchdogs.watch("orders", () => sign, "not connected")
    watchdogs.watch("payments", () => undefined, "not connected")
    assert.deepStrictEqual(ticked(watchdogs, watchdogTicks), [])
    assert.deepStrictEqual(ticked(watchdogs, 1), [`orders: not connected for ${watchdogTicks} s`])
    sign = 2
    assert.deepStrictEqual(ticked(watchdogs, 1), [])
  })

  it("expect nothing of what is forgotten, or has no reason to show a sign", () => {
    const watchdogs = new Watchdogs()
    let sign: number | undefined = 1
    watchdogs.watch("orders", () => sign, "not connected")
    watchdogs.watch("health", () => 1, "not read")
    ticked(watchdogs, watchdogTicks - 1)
    sign = undefined
    watchdogs.forget("health")
    assert.deepStrictEqual(ticked(watchdogs, 10 * watchdogTicks), [])
  })
})

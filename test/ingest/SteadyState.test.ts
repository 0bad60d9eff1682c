import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { recoveryMillis } from "../../src/ingest/Limits.ts"
import { notYetKnown, type SteadyState, steadied } from "../../src/ingest/SteadyState.ts"
import type { HealthState } from "../../src/telemetry/Health.ts"

const healthy: HealthState = { _tag: "Healthy" }
const degraded: HealthState = { _tag: "Degraded", reason: "one row" }
const unavailable: HealthState = { _tag: "Unavailable", reason: "no answer" }

/** What is shown after evidence for these states, each held for so many ms and looked at twice a second. */
const shownAfter = (...evidence: ReadonlyArray<readonly [HealthState, number]>) => {
  let shown: SteadyState = notYetKnown
  let now = 0
  const changes: Array<string> = []
  for (const [wanted, millis] of evidence) {
    for (const until = now + millis; now < until; now += 500) {
      const next = steadied(shown, wanted, now)
      if (next.state._tag !== shown.state._tag) changes.push(`${now} ${next.state._tag}`)
      shown = next
    }
  }
  return { state: shown.state, changes }
}

describe("a steady state", () => {
  it("follows the first evidence at once", () => {
    assert.deepStrictEqual(shownAfter([healthy, 500]).changes, ["0 Healthy"])
    assert.deepStrictEqual(shownAfter([unavailable, 500]).changes, ["0 Unavailable"])
  })

  it("worsens at once, and recovers after a second", () => {
    const { changes } = shownAfter([healthy, 1_000], [unavailable, 1_000], [healthy, 2_000])
    assert.deepStrictEqual(changes, ["0 Healthy", "1000 Unavailable", "3000 Healthy"])
  })

  it("recovers later each time it has worsened again", () => {
    const { changes } = shownAfter([unavailable, 500], [healthy, 2_000], [unavailable, 500], [healthy, 6_000])
    assert.deepStrictEqual(changes, ["0 Unavailable", "1500 Healthy", "2500 Unavailable", "7000 Healthy"])
  })

  it("forgets after ten minutes how often it has relapsed", () => {
    const often = [unavailable, healthy, unavailable, healthy].map((state) => [state, 5_000] as const)
    const { changes } = shownAfter(...often, [healthy, 601_000], [unavailable, 500], [healthy, 2_000])
    assert.deepStrictEqual(changes.slice(-2), ["621000 Unavailable", "622500 Healthy"])
  })

  it("shows the latest reason of a state, and counts it for no change", () => {
    const other: HealthState = { _tag: "Unavailable", reason: "refused" }
    const { changes, state } = shownAfter([unavailable, 500], [other, 500])
    assert.deepStrictEqual(state, other)
    assert.lengthOf(changes, 1)
  })

  it("does not recover from a stop", () => {
    const { state } = shownAfter([healthy, 500], [{ _tag: "Stopping" }, 500], [{ _tag: "Stopping" }, 5_000])
    assert.strictEqual(state._tag, "Stopping")
  })

  it.prop(
    "changes a bounded number of times in ten minutes, whatever the evidence does",
    {
      evidence: Schema.Array(
        Schema.Tuple([
          Schema.Literals([0, 1, 2]),
          Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 80 }))
        ])
      )
    },
    ({ evidence }) => {
      const states = [healthy, degraded, unavailable]
      const repeated = Array.from(
        { length: 1 + Math.ceil(1_200 / Math.max(1, evidence.length)) },
        () => evidence
      )
        .flat()
        .map(([index, ticks]) => [states[index] ?? healthy, ticks * 500] as const)
      const { changes } = shownAfter(...repeated)
      const within = changes.filter((change) => Number.parseInt(change, 10) < 600_000)
      // Every worsening after the fourth comes after a recovery of the longest time; a recovery takes two steps at most.
      const longest = Math.max(...recoveryMillis)
      assert.isAtMost(within.length, 3 * (recoveryMillis.length + 600_000 / longest))
    }
  )
})

import { assert, describe, it } from "@effect/vitest"
import { noStreamEvidence, streamRead, streamStateOf } from "../../src/ingest/StreamEvidence.ts"

describe("the state of a stream", () => {
  /** Readings twice a second: `+` connected, `-` not, `p` connected and paused. */
  const stream = (readings: string): string => {
    const evidence = noStreamEvidence(0)
    let now = 0
    for (const reading of readings) {
      const status = { connected: reading !== "-", trouble: "it does not answer" }
      streamRead(evidence, status, reading === "p" ? "the room is full" : undefined, now)
      now += 500
    }
    const state = streamStateOf(evidence, now - 500)
    return "reason" in state ? `${state._tag}: ${state.reason}` : state._tag
  }

  it.each<[string, string, string]>([
    ["is starting for 5 s", "-----".repeat(2), "Starting"],
    ["that never connected is unavailable then", "-".repeat(11), "Unavailable: it does not answer"],
    ["is healthy once connected", "-+", "Healthy"],
    ["may be opened anew", "+-----", "Healthy"],
    ["that stays disconnected is unavailable", "+-------", "Unavailable: it does not answer"],
    ["that is disconnected now and then is not", "+----".repeat(50), "Healthy"],
    ["is paused when it stands still for a second", "+ppp", "Paused: the room is full"],
    ["is not paused for moments", "+pp+pp", "Healthy"],
    ["that is paused and disconnected is unavailable", "+ppp-------", "Unavailable: it does not answer"]
  ])("[G4] %s", (_, readings, expected) => {
    assert.strictEqual(stream(readings), expected)
  })
})

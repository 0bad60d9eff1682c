import { describe, expect, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import { discardFile } from "../../../src/cli/commands/DlqDiscardCommand.ts"
import { failuresText, filterOf, filterText, rampText } from "../../../src/cli/commands/DlqFlags.ts"

const nothing = {
  reason: Option.none(),
  orderId: Option.none(),
  paymentId: Option.none(),
  since: Option.none(),
  text: Option.none(),
  path: Option.none()
}

describe("the flags of commands on dead letters", () => {
  it("a ramp is numbers from 1", () => {
    expect(rampText.parse("1, 10,100")).toEqual(Option.some([1, 10, 100]))
    for (const text of ["", "0", "1,,2", "1e3", "-1", "1;2"])
      expect(rampText.parse(text)).toEqual(Option.none())
  })

  it("failures are a number, or a share of those tried", () => {
    expect(failuresText.parse("0")).toEqual(Option.some({ _tag: "Count", count: 0 }))
    expect(failuresText.parse("2.5%")).toEqual(Option.some({ _tag: "Share", share: 0.025 }))
    for (const text of ["", "-1", "101%", "%", "few", "0.5"])
      expect(failuresText.parse(text)).toEqual(Option.none())
  })

  it("the file of a discard is named by time, and differently for two in the same second", () => {
    const [one, other] = [discardFile(1_700_000_000_000), discardFile(1_700_000_000_000)]
    for (const file of [one, other])
      expect(file).toMatch(/^dead-letters-20231114T221320Z-[0-9a-f]{8}\.ndjson$/)
    expect(one).not.toBe(other)
  })

  it.effect("since is a time, or a duration before now; the audit line says it as a time", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_700_000_000_000)
      const ago = yield* filterOf({ ...nothing, since: Option.some({ _tag: "Ago", millis: 60_000 }) })
      expect(ago.sinceMicros).toBe(1_699_999_940_000_000)
      expect(filterText({ ...ago, orderId: "7", reasons: new Set(["undecodable", "unknown"]) })).toBe(
        "--reason undecodable,unknown --order-id 7 --since 2023-11-14T22:12:20.000000Z"
      )
      expect(filterText(yield* filterOf(nothing))).toBe("")
    })
  )
})

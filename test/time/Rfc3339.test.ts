import { describe, expect, it } from "vitest"
import { microsOf, rfc3339 } from "../../src/time/Rfc3339.ts"

describe("RFC 3339", () => {
  it("what is written is read back to the microsecond", () => {
    for (const micros of [0, 1, 1_700_000_000_123_456, 1_700_000_000_000_000, 8_000_000_000_123_457]) {
      expect(microsOf(rfc3339(micros)), rfc3339(micros)).toBe(micros)
    }
  })

  it("offsets, fractions of any length and the small letters are read", () => {
    const noon = Date.UTC(2026, 10, 26, 12) * 1000
    expect(microsOf("2026-11-26T12:00:00Z")).toBe(noon)
    expect(microsOf("2026-11-26t12:00:00z")).toBe(noon)
    expect(microsOf("2026-11-26T14:30:00.5+02:30")).toBe(noon + 500_000)
    expect(microsOf("2026-11-26T09:00:00.000000001-03:00")).toBe(noon)
    expect(microsOf("2026-11-26T12:00:00.123456789Z")).toBe(noon + 123_456)
  })

  it.each([
    "",
    "now",
    "2026-11-26",
    "2026-11-26T12:00:00",
    "2026-02-31T12:00:00Z",
    "2026-11-26T25:00:00Z",
    "2026-13-01T00:00:00Z",
    "1969-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2026-11-26T12:00:00.Z",
    "2026-11-26T12:00:00Z ",
    "1700000000"
  ])("%j is no moment since the epoch", (text) => {
    expect(microsOf(text)).toBeUndefined()
  })
})

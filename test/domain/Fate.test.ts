import { assert, describe, it } from "@effect/vitest"
import { deadLetterReasons, type Fate, fates } from "../../src/domain/Fate.ts"

// The compiler refuses this table when a fate is missing from it, or one too many is in it.
const every: Record<Fate, true> = {
  "order-stored": true,
  "payment-matched": true,
  "payment-superseded": true,
  "dead-lettered(undecodable)": true,
  "dead-lettered(schema-violation)": true,
  "dead-lettered(unmatched-payment)": true,
  "dead-lettered(store-rejected)": true
}

describe("fates", () => {
  it("[G7] are all listed, each once", () => {
    assert.deepStrictEqual([...fates].sort(), Object.keys(every).sort())
  })

  it("[G7] have one dead-lettered form for each reason", () => {
    assert.deepStrictEqual(
      fates.filter((fate) => fate.startsWith("dead-lettered")),
      deadLetterReasons.map((reason) => `dead-lettered(${reason})` as const)
    )
  })
})

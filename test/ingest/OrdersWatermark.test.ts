import { assert, describe, it } from "@effect/vitest"
import { caughtUpAfterMillis } from "../../src/ingest/Limits.ts"
import { noWatermark, type OrdersState, watermarkAfter } from "../../src/ingest/OrdersWatermark.ts"

/** **Units**: µs. */
const noon = 1_700_000_000_000_000
const margin = caughtUpAfterMillis * 1_000

const state = (known: Partial<OrdersState>): OrdersState => ({
  oldestUnsettledMicros: undefined,
  lastUnsettledMicros: Number.NEGATIVE_INFINITY,
  quietMillis: 0,
  mayBeLost: false,
  pubSubMicros: noon,
  ...known
})

const table: ReadonlyArray<readonly [string, before: number, Partial<OrdersState>, after: number]> = [
  ["at the start it has passed nothing", noWatermark, {}, noWatermark],
  [
    "while an order may be lost on its way, quiet takes it no further",
    7,
    { mayBeLost: true, quietMillis: 60_000 },
    7
  ],
  ["nor do other orders", 7, { mayBeLost: true, lastUnsettledMicros: noon }, 7],
  ["nor those that are unsettled", 7, { mayBeLost: true, oldestUnsettledMicros: noon }, 7],
  ["but an older one takes it back", noon, { mayBeLost: true, oldestUnsettledMicros: 5 }, 5],
  ["2.999 s of quiet are too short", noWatermark, { quietMillis: caughtUpAfterMillis - 1 }, noWatermark],
  [
    "after 3 s of quiet it is Pub/Sub's time at its last word less 3 s",
    7,
    { quietMillis: caughtUpAfterMillis },
    noon - margin
  ],
  [
    "quiet says nothing where no publish time was ever seen",
    7,
    { quietMillis: caughtUpAfterMillis, pubSubMicros: undefined },
    7
  ],
  [
    "it is a whole number of microseconds",
    7,
    { quietMillis: caughtUpAfterMillis, pubSubMicros: noon + 0.75 },
    noon - margin
  ],
  ["an unsettled order holds it", noWatermark, { oldestUnsettledMicros: noon, lastUnsettledMicros: 5 }, noon],
  [
    "an unsettled order takes it back",
    noon,
    { oldestUnsettledMicros: noon - 5, quietMillis: 3_600_000 },
    noon - 5
  ],
  [
    "between orders it stays where it was when one was last unsettled",
    noon,
    { lastUnsettledMicros: noon + 5, quietMillis: 100 },
    noon + 5
  ],
  ["a reconnect, which ends the quiet, does not take it back", noon, { quietMillis: 0 }, noon],
  [
    "a clock of Pub/Sub that is behind what was seen does not take it back",
    noon,
    { quietMillis: caughtUpAfterMillis, pubSubMicros: noon },
    noon
  ]
]

describe("OrdersWatermark", () => {
  for (const [name, before, known, after] of table) {
    it(`[G5] ${name}`, () => {
      assert.strictEqual(watermarkAfter(before, state(known)), after)
    })
  }
})

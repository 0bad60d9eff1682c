import { assert, describe, it } from "@effect/vitest"
import type { OrdersReport } from "../../src/ingest/OrdersProgress.ts"
import type { ProgressReading } from "../../src/ingest/ProgressReadings.ts"
import { unmatchedVerdict } from "../../src/ingest/UnmatchedVerdict.ts"

const published = 1_700_000_000_000_000
const graceMillis = 30_000
const passed = published + graceMillis * 1_000 + 1

const reading: ProgressReading = {
  startedAtMillis: 100_000,
  passedMicros: passed,
  orderIds: new Set(),
  heldUpBy: { process: "b", reason: "it is last" },
  othersWait: false,
  latestMicros: passed,
  processes: []
}

const own: OrdersReport = {
  watermarkMicros: passed,
  orderIds: [],
  isCaughtUp: true,
  hasUnsettled: false,
  mayBeLost: false,
  heardAtMillis: 100_000
}

const payment = { orderId: 7n, publishTimeMicros: published, sinceMillis: 70_000 }

const basis = { reading, own, graceMillis, isDue: () => true }

describe("UnmatchedVerdict", () => {
  it("[G5] a payment is unmatched where it was held for the grace and every process has passed it by the grace", () => {
    assert.isTrue(unmatchedVerdict(basis).isUnmatched(payment))
  })

  const waits: Record<string, () => boolean> = {
    "it was not held for the grace when the table was read": () =>
      unmatchedVerdict(basis).isUnmatched({ ...payment, sinceMillis: 70_001 }),
    "a process has not passed its publish time by the grace": () =>
      unmatchedVerdict({ ...basis, reading: { ...reading, passedMicros: passed - 1 } }).isUnmatched(payment),
    "this process has fallen behind since": () =>
      unmatchedVerdict({ ...basis, own: { ...own, watermarkMicros: passed - 1 } }).isUnmatched(payment),
    "a process tells of its order by id": () =>
      unmatchedVerdict({ ...basis, reading: { ...reading, orderIds: new Set([7n]) } }).isUnmatched(payment),
    "this process holds its order since": () =>
      unmatchedVerdict({ ...basis, own: { ...own, orderIds: [7n] } }).isUnmatched(payment),
    "the reading is too old": () => unmatchedVerdict({ ...basis, isDue: () => false }).isUnmatched(payment)
  }
  it.each(Object.keys(waits))("[G5] it waits where %s", (name) => {
    assert.isFalse(waits[name]?.())
  })

  it("[G5] an order that is told by id holds up its own payments and no others", () => {
    const verdict = unmatchedVerdict({ ...basis, reading: { ...reading, orderIds: new Set([7n]) } })
    assert.isTrue(verdict.isUnmatched({ ...payment, orderId: 8n }))
  })
})

import { assert, describe, it } from "@effect/vitest"
import {
  type HandlingFailure,
  SchemaViolation,
  StoreRejected,
  StoreUnavailable,
  Undecodable,
  UnmatchedPayment
} from "../../src/domain/Fate.ts"
import { dispose } from "../../src/ingest/HandlingDisposition.ts"

const message = "why"
const letter = (reason: string) => ({ _tag: "DeadLetter", reason, error: message })
const violation = { ...letter("schema-violation"), path: "item" }
const waits = { _tag: "Wait" }
const retries = { _tag: "Retry", error: message, isOwn: false }

/** Every failure there is: the type of the table keeps it complete. */
const table: { readonly [Tag in HandlingFailure["_tag"]]: readonly [HandlingFailure, object, object] } = {
  Undecodable: [new Undecodable({ message }), letter("undecodable"), letter("undecodable")],
  SchemaViolation: [new SchemaViolation({ message, path: "item" }), violation, violation],
  StoreRejected: [new StoreRejected({ message }), letter("store-rejected"), letter("store-rejected")],
  StoreUnavailable: [new StoreUnavailable({ message, cause: undefined }), retries, retries],
  UnmatchedPayment: [new UnmatchedPayment({ message }), letter("unmatched-payment"), waits]
}

describe("HandlingDisposition", () => {
  for (const [tag, [failure, whenDue, whileWaiting]] of Object.entries(table)) {
    it(`[G3][G4][G5] ${tag} has one disposition, whether or not a payment may still wait`, () => {
      assert.deepStrictEqual<object>(dispose(failure, false), whenDue)
      assert.deepStrictEqual<object>(dispose(failure, true), whileWaiting)
    })
  }

  it("[G4] a row that is refused alone is retried, and is no reason to divide what is tried with it", () => {
    const refused = new StoreUnavailable({ message, cause: "refused", row: 7n })
    assert.deepStrictEqual<object>(dispose(refused, false), { ...retries, isOwn: true })
  })

  it("[G4] an outage is never a dead letter", () => {
    for (const mayWait of [true, false]) {
      assert.strictEqual(dispose(new StoreUnavailable({ message, cause: "away" }), mayWait)._tag, "Retry")
    }
  })
})

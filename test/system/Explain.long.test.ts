import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { GraceAdvice } from "../../src/ingest/GraceAdvice.ts"
import type { LatePlan } from "../support/LateOrders.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { explainedOn, livedOnServers } from "./LateOrders.ts"

/** Sixty payments in six seconds; of 57 the order is 9 to 27 s late, of three most of a minute. */
const plan: ReadonlyArray<LatePlan> = Array.from({ length: 60 }, (_, index) => ({
  orderId: BigInt(index + 1),
  payAtMillis: index * 100,
  delayMillis: index % 20 === 7 ? 45_000 + index * 100 : 9_000 + ((index * 23) % 60) * 300
}))

describeWith("cassandra", "pubsub")("The grace that dlq explain advises", () => {
  it.live(
    "matches, on real servers, what it promises",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        const late = yield* livedOnServers(deployment, plan, "1s")
        assert.isAtLeast(late.length, 50, "payments were given up before their orders came")
        const { unmatched } = yield* explainedOn(deployment)
        assert.deepInclude(unmatched, { count: late.length, known: late.length, absent: 0 })
        const { graceMillis, kind, matched } = unmatched["advice"] as GraceAdvice
        assert.strictEqual(kind, "raise")
        assert.isAtLeast(matched, 0.95 * late.length)
        const replay = yield* testDeployment()
        const again = yield* livedOnServers(replay, plan, `${graceMillis}ms`)
        const givenUp = new Set(again.map(({ orderId }) => orderId))
        const matchedNow = late.filter(({ orderId }) => !givenUp.has(orderId)).length
        assert.isAtLeast(matchedNow, matched)
        assert.isAtMost(matchedNow, matched + late.length / 100)
      }),
    300_000
  )
})

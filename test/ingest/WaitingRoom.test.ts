import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { fates } from "../../src/domain/Fate.ts"
import { recheckBatch, recheckBatchesAtOnce } from "../../src/ingest/Limits.ts"
import { makeWaitingRoom, type WaitingRoomOptions } from "../../src/ingest/WaitingRoom.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

describe("a waiting room", () => {
  it.effect("[G5] looks up payments whose orders came, while acknowledgements have no answer yet", () =>
    Effect.gen(function* () {
      const count = recheckBatch * (recheckBatchesAtOnce + 2)
      const tried: Array<number> = []
      const settle: WaitingRoomOptions["attempt"]["settle"] = (batch) =>
        Effect.andThen(
          Effect.sync(() => tried.push(batch.deliveries.length)),
          // The table has answered, and the acknowledgements wait for others.
          Effect.andThen(batch.onAnswered ?? Effect.void, Effect.never)
        )
      const ledger = makeStreamLedger(fates)
      const room = yield* makeWaitingRoom({
        limits: { waitingRoomMax: count, waitingRoomBytes: 1_000_000, paymentGrace: Duration.minutes(10) },
        payments: { setAside: () => Effect.void, release: () => Effect.succeed({ done: 0, lost: [] }) },
        ledger,
        attempt: { settle, deadLetter: () => Effect.succeed([]), successes: () => 0 },
        verdict: Effect.undefined,
        onLeft: () => {}
      })
      // supervised: ends with the test
      yield* Effect.forkScoped(room.run)
      const ids = Array.from({ length: count }, (_, index) => BigInt(index + 1))
      for (const id of ids) {
        const payment = paymentWork(paymentOf(id))
        yield* room.admit?.(payment, ledger.received([payment])) ?? Effect.void
      }
      yield* room.wake(ids)
      yield* pass(0)
      assert.strictEqual(
        tried.reduce((sum, one) => sum + one, 0),
        count
      )
    }).pipe(Effect.scoped)
  )
})

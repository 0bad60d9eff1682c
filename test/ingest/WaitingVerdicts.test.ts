import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { makeWaitingPayments } from "../../src/ingest/WaitingPayments.ts"
import { pass } from "../../src/testing/VirtualTime.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

it.effect(
  "[G5] verdicts are given on each payment once, also where a lookup of it is over before the next one has its own",
  () =>
    Effect.gen(function* () {
      const room = yield* makeWaitingPayments({
        maxMessages: 100,
        maxBytes: 1_000_000,
        grace: Duration.seconds(30)
      })
      for (const id of [1n, 2n]) yield* room.add(id, paymentWork(paymentOf(id)))
      yield* Effect.forkChild(Effect.forever(Effect.flatMap(room.takeDue(10), room.keep)))
      yield* pass(0)
      const judged: Array<bigint> = []
      yield* room.reconsider({
        isGraceOver: () => true,
        isUnmatched: ({ orderId }) => {
          judged.push(orderId)
          if (judged.length > 10) throw new Error("it does not end")
          return true
        }
      })
      assert.deepStrictEqual(judged, [1n, 2n])
    })
)

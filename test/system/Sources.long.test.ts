/** An emulator that restarts and forgets everything, while `run` waits for it. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { pubSubEmulator } from "../support/PubSubEmulator.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"
import { type Serving, serving } from "./Serving.ts"

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

describeWith("cassandra", "pubsub")("An emulator that forgot everything", () => {
  it.live(
    "[G4] ends the process, or is read on once it is set up again: nobody is deaf, and there is no dead letter",
    () =>
      Effect.gen(function* () {
        const emulator = yield* pubSubEmulator()
        const deployment = yield* testDeployment({ pubsub: emulator.address })
        const { environment, orders, pubsub, table } = deployment
        const processor = yield* serving(["run"], environment)
        yield* processor.until("/ready", ({ status }) => status === 200)
        for (let round = 1; round <= 3; round++) {
          yield* emulator.stop
          yield* processor.until("/ready", ({ status }) => status !== 200)
          yield* emulator.start
          const setUp = yield* ran(["setup", "pubsub"], environment)
          assert.strictEqual(setUp.code, 0, setUp.errors)
          const isOver = Effect.map(processor.get("/live"), ({ status }) => status !== 200)
          // Which of the two it is depends on who is first: its next try, or setup.
          const alive = (yield* isOver) ? yield* serving(["run"], environment) : processor
          yield* Effect.promise(() => pubsub.publish(orders, [{ data: order(round) }]))
          const stored = Effect.promise(async () => (await table.count()) === round)
          yield* until(
            "the order, or the end",
            Effect.zipWith(
              stored,
              isOver,
              (isStored, hasEnded) => isStored || (alive === processor && hasEnded)
            ),
            "60 seconds",
            alive.stderr
          )
          if (yield* isOver) {
            const { code } = yield* processor.ended
            assert.strictEqual(code, 2, processor.stderr())
            assert.match(
              processor.stderr(),
              /(it does not exist|these do not exist: .*); `counterfoil setup pubsub` creates what is missing/
            )
            const next = alive === processor ? yield* serving(["run"], environment) : alive
            yield* until("the order", stored, "60 seconds", next.stderr)
            break
          }
          // An emulator that forgot gives the same acknowledgement ids again: one that is late would take the next order.
          yield* until("its acknowledgement", acknowledged(processor, round), "60 seconds", processor.stderr)
        }
        assert.lengthOf(yield* Effect.promise(() => pubsub.pull(`${deployment.deadLetters}-sub`, 100)), 0)
      }),
    240_000
  )
})

/** Whether so many orders have their fate, which they have once the server has confirmed the acknowledgement. */
const acknowledged = (processor: Serving, count: number) =>
  Effect.map(processor.get("/metrics"), ({ text }) => {
    const stored = { stream: "orders", fate: "order-stored", reason: "" }
    return valueOf(parseExposition(text), "counterfoil_fates_total", stored) >= count
  })

import { it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { assertAllStored, orderCount, publishLoad, untilUnderWay } from "./Load.ts"

describeWith("cassandra", "pubsub")("A kill under load", () => {
  it.live(
    "[G1] kill -9 under load loses nothing: the next process finishes what was not acknowledged",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* publishLoad(deployment)
        const first = yield* counterfoil(["run"], deployment.environment)
        yield* untilUnderWay(deployment, first.stderr)
        yield* first.signal("SIGKILL")
        yield* first.ended
        // A drain ends when the subscription is silent, which it also is until the killed process's leases run out.
        yield* Effect.scoped(
          Effect.gen(function* () {
            const second = yield* counterfoil(["run"], deployment.environment)
            yield* until(
              "the last row",
              Effect.promise(async () => (await deployment.table.count()) === orderCount),
              "90 seconds",
              second.stderr
            )
          })
        )
        yield* assertAllStored(deployment)
      }),
    240_000
  )
})

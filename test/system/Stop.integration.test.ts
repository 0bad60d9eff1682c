import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil } from "../support/Counterfoil.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { drain } from "./Drain.ts"
import { assertAllStored, publishLoad, untilUnderWay } from "./Load.ts"

describeWith("cassandra", "pubsub")("A stop under load", () => {
  it.live(
    "[G8] SIGTERM ends the process with exit code 0 within SHUTDOWN_TIMEOUT, and the next one finishes the rest at once",
    () =>
      Effect.gen(function* () {
        const deployment = yield* testDeployment()
        yield* publishLoad(deployment)
        const first = yield* counterfoil(["run"], { ...deployment.environment, SHUTDOWN_TIMEOUT: "10s" })
        yield* untilUnderWay(deployment, first.stderr)
        yield* first.signal("SIGTERM")
        const ended = yield* Effect.timeout(first.ended, "12 seconds")
        assert.deepStrictEqual(ended, { code: 0, signal: null }, first.stderr())
        yield* drain(deployment.environment)
        yield* assertAllStored(deployment)
      }),
    180_000
  )
})

/** Tells health how the fact table is when no delivery tells. */
import { Effect, Result } from "effect"
import { FactStore } from "../facts/FactStore.ts"
import { Health } from "../telemetry/Health.ts"
import { factsLookSeconds } from "./Limits.ts"

/**
 * Looks at the fact table, over and over; never ends. `isTroubled`: deliveries are being tried again, and know more than
 * one look does.
 */
export const watchFacts = (isTroubled: () => boolean): Effect.Effect<never, never, FactStore | Health> =>
  Effect.gen(function* () {
    const facts = yield* FactStore
    const health = yield* Health
    for (;;) {
      const answer = yield* Effect.result(facts.ping)
      const { _tag } = (yield* health.states).facts
      // A delivery that failed has told already; two reasons in turn would fill the log.
      if (Result.isFailure(answer) && _tag !== "Away") {
        const error = answer.failure
        yield* health.set("facts", { _tag: "Away", reason: error.message, error })
      }
      if (Result.isSuccess(answer) && !isTroubled()) yield* health.set("facts", { _tag: "Healthy" })
      yield* Effect.sleep(factsLookSeconds * 1000)
    }
  })

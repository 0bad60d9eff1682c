import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Random } from "effect"
import { retryDelay } from "../../src/time/Backoff.ts"
import { retryBaseMillis, retryCapMillis, retryJitter } from "../../src/time/Limits.ts"

const delays = (attempts: number) =>
  Effect.forEach(Array.from({ length: attempts }), (_, index) =>
    Effect.map(retryDelay(index + 1), Duration.toMillis)
  )

/** Without jitter. */
const nominal = (attempt: number) => Math.min(retryCapMillis, retryBaseMillis * 2 ** (attempt - 1))

describe("RetryPolicy", () => {
  it.effect("[G4] each wait is 100 ms doubled up to 5 s, give or take a fifth", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual([1, 2, 3, 6, 7, 50].map(nominal), [100, 200, 400, 3_200, 5_000, 5_000])
      for (let run = 0; run < 200; run++) {
        const waits = yield* delays(12)
        waits.forEach((wait, index) => {
          assert.isAtLeast(wait, nominal(index + 1) * (1 - retryJitter))
          assert.isAtMost(wait, nominal(index + 1) * (1 + retryJitter))
        })
      }
    }).pipe(Random.withSeed("retry delays"))
  )

  it.effect("[G4] processes that fail together do not retry together", () =>
    Effect.gen(function* () {
      const waits = yield* Effect.forEach(Array.from({ length: 100 }), () => retryDelay(7))
      const spread = new Set(waits.map((wait) => Math.round(Duration.toMillis(wait) / 100)))
      assert.isAbove(spread.size, 10)
    }).pipe(Random.withSeed("retry jitter"))
  )

  it.effect("[G6] however long an outage lasts, no wait exceeds 6 s and none is NaN", () =>
    Effect.gen(function* () {
      for (const attempt of [1, 31, 32, 1_000, Number.MAX_SAFE_INTEGER]) {
        const wait = Duration.toMillis(yield* retryDelay(attempt))
        assert.isAtLeast(wait, retryBaseMillis * (1 - retryJitter))
        assert.isAtMost(wait, 6_000)
      }
    }).pipe(Random.withSeed("retry bounds"))
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Random } from "effect"
import { makeOrderLock } from "../../src/ingest/OrderLock.ts"
import { pass } from "../../src/testing/VirtualTime.ts"

const groups = (...ids: ReadonlyArray<number>) => new Map(ids.map((id) => [BigInt(id), id] as const))

describe("OrderLock", () => {
  it.effect("[G2] ids that are free are worked on at once and together, the others as they become free", () =>
    Effect.gen(function* () {
      const locks = makeOrderLock()
      const seen: Array<string> = []
      const worker = (name: string, millis: number) => (free: ReadonlyMap<bigint, number>) =>
        Effect.sync(() => seen.push(`${name} ${[...free.values()].join(",")}`)).pipe(
          Effect.andThen(Effect.sleep(Duration.millis(millis)))
        )
      yield* Effect.forkChild(locks.withLocks(groups(1, 2), worker("first", 100)))
      yield* pass(0)
      yield* Effect.forkChild(locks.withLocks(groups(2, 3), worker("second", 100)))
      yield* pass(50)
      assert.deepStrictEqual(seen, ["first 1,2", "second 3"])
      yield* pass(500)
      assert.deepStrictEqual(seen, ["first 1,2", "second 3", "second 2"])
    })
  )

  it.effect("[G2] never do two works on one id go on at once, and every group is worked on once", () =>
    Effect.gen(function* () {
      for (let run = 0; run < 60; run++) {
        const locks = makeOrderLock()
        const busy = new Set<bigint>()
        let worked = 0
        const work = Effect.fnUntraced(function* (free: ReadonlyMap<bigint, number>) {
          for (const id of free.keys()) {
            assert.isFalse(busy.has(id), `order ${id} is worked on twice at once`)
            busy.add(id)
          }
          yield* Effect.sleep(Duration.millis(yield* Random.nextIntBetween(0, 20)))
          for (const id of free.keys()) busy.delete(id)
          worked += free.size
        })
        const batches = yield* Effect.forEach(Array.from({ length: 20 }), () =>
          Effect.map(
            Effect.forEach(Array.from({ length: 6 }), () => Random.nextIntBetween(1, 12)),
            (ids) => groups(...ids)
          )
        )
        const all = yield* Effect.forkChild(
          Effect.forEach(batches, (batch) => locks.withLocks(batch, work), {
            concurrency: "unbounded",
            discard: true
          })
        )
        yield* pass("10 seconds")
        const exit = all.pollUnsafe()
        assert.isTrue(exit !== undefined && Exit.isSuccess(exit), "all batches end")
        assert.strictEqual(
          worked,
          batches.reduce((sum, batch) => sum + batch.size, 0)
        )
      }
    }).pipe(Random.withSeed("order exclusion"))
  )

  for (const [how, end] of [
    ["is interrupted", Effect.never],
    ["fails as a bug does", Effect.die(new Error("a bug"))]
  ] as const) {
    it.effect(`a work that ${how} frees its ids`, () =>
      Effect.gen(function* () {
        const locks = makeOrderLock()
        const first = yield* Effect.forkChild(locks.withLocks(groups(1), () => end))
        yield* pass(0)
        const second = yield* Effect.forkChild(locks.withLocks(groups(1), () => Effect.void))
        yield* pass(0)
        yield* Fiber.interrupt(first)
        yield* pass(0)
        const exit = second.pollUnsafe()
        assert.isTrue(exit !== undefined && Exit.isSuccess(exit))
      })
    )
  }

  it.effect("a batch that is interrupted while it waits takes no id with it", () =>
    Effect.gen(function* () {
      const locks = makeOrderLock()
      const first = yield* Effect.forkChild(locks.withLocks(groups(1), () => Effect.sleep("1 second")))
      yield* pass(0)
      const second = yield* Effect.forkChild(locks.withLocks(groups(1), () => Effect.never))
      yield* pass(0)
      yield* Fiber.interrupt(second)
      const third = yield* Effect.forkChild(locks.withLocks(groups(1), () => Effect.void))
      yield* pass("2 seconds")
      yield* Fiber.join(first)
      yield* Fiber.join(third)
    })
  )
})

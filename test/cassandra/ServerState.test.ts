import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Layer, Result } from "effect"
import { TestClock } from "effect/testing"
import { Cassandra, type Row } from "../../src/cassandra/Cassandra.ts"
import { guardrailsOf, readClockOffset, readRights } from "../../src/cassandra/ServerState.ts"

describe("guardrailsOf", () => {
  it("gives those that are set, each with what it warns and what it refuses at", () => {
    const settings = new Map([
      ["column_value_size_warn_threshold", "64KiB"],
      ["column_value_size_fail_threshold", "1MiB"],
      ["minimum_timestamp_fail_threshold", "1d"],
      ["minimum_timestamp_warn_threshold", undefined],
      ["tables_warn_threshold", "-1"],
      ["tables_fail_threshold", "-1"],
      ["page_size_warn_threshold", "-1"],
      ["page_size_fail_threshold", "500"],
      ["tombstone_failure_threshold", "100000"],
      ["batch_size_fail_threshold_in_kb", "50"],
      ["write_consistency_levels_disallowed", "[ONE]"]
    ])
    assert.deepStrictEqual(guardrailsOf(settings), [
      { name: "column_value_size", warn: "64KiB", fail: "1MiB" },
      { name: "minimum_timestamp", warn: undefined, fail: "1d" },
      { name: "page_size", warn: undefined, fail: "500" }
    ])
    assert.deepStrictEqual(guardrailsOf(new Map()), [])
  })
})

const answering = (answer: (query: string) => Effect.Effect<ReadonlyArray<Row>>) =>
  Layer.mock(Cassandra, {
    inFlight: () => 0,
    inFlightLimit: () => 1,
    replicasOf: () => undefined,
    preferredOf: () => undefined,
    coordinators: () => [],
    silentHosts: () => [],
    execute: ({ query }) => Effect.map(answer(query), (rows) => ({ rows, next: undefined }))
  })

describe("readClockOffset", () => {
  it.effect.each([
    [5_000n, 0, 5_000 - 1_000, 2],
    [1_000n, 400, 1_000 - 1_200, 202]
  ] as const)(
    "compares with the middle of the request: the server says %s after %s ms",
    ([says, takes, millis, within]) =>
      Effect.gen(function* () {
        yield* TestClock.setTime(1_000)
        const offset = yield* Cassandra.use(readClockOffset)
        assert.deepStrictEqual(offset, Result.succeed({ millis, uncertaintyMillis: within }))
        assert.strictEqual(yield* Clock.currentTimeMillis, 1_000 + takes)
      }).pipe(Effect.provide(answering(() => Effect.as(TestClock.adjust(takes), [{ millis: says }]))))
  )
})

describe("readRights", () => {
  it.effect("asks for a role by its name as a text, whatever characters it has", () => {
    const asked: Array<string> = []
    return Effect.gen(function* () {
      const rights = yield* Cassandra.use((cassandra) => readRights(cassandra, "o'neil"))
      assert.deepStrictEqual(rights, Result.succeed({ isSuperuser: false, grants: [] }))
      assert.deepStrictEqual(asked, ["LIST ROLES OF 'o''neil'", "LIST ALL PERMISSIONS OF 'o''neil'"])
    }).pipe(
      Effect.provide(
        answering((query) =>
          Effect.sync(() => {
            asked.push(query)
            return []
          })
        )
      )
    )
  })
})

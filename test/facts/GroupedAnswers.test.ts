import { assert, describe, it } from "@effect/vitest"
import driver from "cassandra-driver"
import { Effect, Result } from "effect"
import type { CassandraError } from "../../src/cassandra/CassandraError.ts"
import { classify } from "../../src/cassandra/internal/ErrorClassification.ts"
import type { Answers } from "../../src/facts/FactStore.ts"
import { answerGroups, type SentGroup } from "../../src/facts/GroupedAnswers.ts"
import { rowFailureOf } from "../../src/facts/RowFailure.ts"
import { groupRows } from "../../src/facts/RowGroups.ts"

describe("answerGroups", () => {
  it.effect("[G3] a row that makes its batch fail is rejected alone, and its neighbours are written", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster((rows) => (rows.includes("bad") ? refused(0x2200, tooBig) : undefined))
      const answers = yield* cluster.write(["a", "bad", "b", "c", "d", "e"])
      assert.deepStrictEqual(tagsOf(answers), ["written", "RowRejected", ...Array(4).fill("written")])
      assert.sameMembers(cluster.written, ["a", "b", "c", "d", "e"])
    })
  )

  it.effect("[G4] a batch refused for its own size, and one of its rows too, is no row's fault", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster(() => refused(0x2200, "Batch too large"))
      assert.deepStrictEqual(tagsOf(yield* cluster.write(["a", "b"])), ["RowRefused", "FactStoreUnavailable"])
    })
  )

  it.effect(
    "[G3] where the one row that is asked for first is the bad one, the next try asks for another one",
    () =>
      Effect.gen(function* () {
        const cluster = fakeCluster((rows) =>
          rows.includes("bad") ? refused(0x2200, "Cannot index value of size 70000") : undefined
        )
        const rows = ["bad", "a", "b"]
        assert.notInclude(tagsOf(yield* cluster.write(rows)), "written")
        assert.deepStrictEqual(tagsOf(yield* cluster.write(rows)), ["RowRefused", "written", "written"])
      })
  )

  it.effect("[G3] where another request of the call is answered, each row is asked for at once", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster((rows) =>
        rows.includes("bad") ? refused(0x2200, "Cannot index value of size 70000") : undefined
      )
      const rows = ["bad", "a", "b", "xx"]
      const answers = yield* answerGroups(cluster.groups(rows), cluster.call)
      assert.deepStrictEqual(tagsOf(answers), ["RowRefused", "written", "written", "written"])
      assert.deepStrictEqual(cluster.requests, [["bad", "a", "b"], ["xx"], ["bad"], ["a"], ["b"]])
    })
  )

  it.effect("[G4] where the replicas of one row are down, only that row is unavailable", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster((rows) =>
        rows.includes("far") ? refused(0x1000, "Cannot achieve") : undefined
      )
      assert.deepStrictEqual(tagsOf(yield* cluster.write(["a", "far", "b"])), [
        "written",
        "FactStoreUnavailable",
        "written"
      ])
    })
  )

  it.effect("[G4] a time-out is never a success, and is not answered with more requests", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster(() => refused(0x1100, "Operation timed out"))
      const answers = yield* cluster.write(["a", "b", "c"])
      assert.deepStrictEqual(tagsOf(answers), Array(3).fill("FactStoreUnavailable"))
      assert.deepStrictEqual(cluster.requests, [["a", "b", "c"]])
    })
  )

  it.effect("an answer to several shows no text of theirs, though the server quotes one", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster(() => refused(0x1100, "Operation timed out for Elm Street 5"))
      for (const answer of yield* cluster.write(["Elm Street 5", "Oak Road 7"])) {
        if (Result.isSuccess(answer)) return assert.fail("it is written")
        assert.notInclude(answer.failure.message, "Elm Street")
        assert.include(answer.failure.message, "Operation timed out")
      }
    })
  )

  it.effect("each element's answer stands at its own place, however the call was grouped", () =>
    Effect.gen(function* () {
      const cluster = fakeCluster(() => undefined)
      const rows = Array.from({ length: 23 }, (_, at) => `row ${at}`)
      const answers = yield* answerGroups(cluster.groups(rows), cluster.call)
      assert.deepStrictEqual(answers.map(Result.getOrThrow), rows)
    })
  )
})

const tooBig = "Request is too big: length 17301647 exceeds maximum allowed length 16777216."

const refused = (code: number, text: string): CassandraError =>
  classify("batch", new driver.errors.ResponseError(code, text))

/** A cluster whose every request is judged by the rows in it. */
const fakeCluster = (judge: (rows: ReadonlyArray<string>) => CassandraError | undefined) => {
  const written: Array<string> = []
  const requests: Array<ReadonlyArray<string>> = []
  let scouts = 0
  const send = (rows: ReadonlyArray<string>): Result.Result<ReadonlyArray<string>, CassandraError> => {
    requests.push(rows)
    const error = judge(rows)
    if (error !== undefined) return Result.fail(error)
    written.push(...rows)
    return Result.succeed(rows)
  }
  const call = {
    operation: "store orders",
    ask: (asked: ReadonlyArray<SentGroup<string, unknown>>) =>
      Effect.sync(() => asked.map(({ elements }) => send(elements))),
    failureOf: (_: string, error: CassandraError) =>
      rowFailureOf({ operation: "store orders", orderId: 1n, texts: [], onRefused: () => undefined }, error),
    textsOf: (row: string) => [row],
    scoutOf: (elements: number) => scouts++ % elements
  }
  const groups = (rows: ReadonlyArray<string>) =>
    groupRows(rows, { ...sizes, hostsOf: (row) => [row.length % 2], preferredOf: (hosts) => hosts[0] })
  const oneGroup = (rows: ReadonlyArray<string>) =>
    groupRows(rows, { ...sizes, hostsOf: () => undefined, preferredOf: () => undefined })
  return {
    written,
    requests,
    call,
    groups,
    write: (rows: ReadonlyArray<string>) => answerGroups(oneGroup(rows), call)
  }
}

const sizes = { maxRows: 6, maxBytes: 100, bytesOf: () => 1 }

const tagsOf = <A>(answers: Answers<A>): ReadonlyArray<string> =>
  answers.map((answer) => (Result.isSuccess(answer) ? "written" : answer.failure.reason._tag))

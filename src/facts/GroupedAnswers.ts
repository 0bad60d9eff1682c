/** Runs a call group by group, and finds each element's own answer. */
import { Effect, Result } from "effect"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { mayBeOfOneRow, unavailable } from "./CassandraFailure.ts"
import type { Answers, FactStoreError } from "./FactStore.ts"
import type { RowGroup } from "./RowGroups.ts"

/** What one request asks for. */
export type SentGroup<A, H> = Pick<RowGroup<A, H>, "elements" | "hosts">

/** How a call is carried out. */
export interface GroupedCall<A, H, R> {
  /** What was tried, for errors. */
  readonly operation: string
  /** Sends one request for each group; the results of a group's elements are in the same order. */
  readonly ask: (
    groups: ReadonlyArray<SentGroup<A, H>>
  ) => Effect.Effect<ReadonlyArray<Result.Result<ReadonlyArray<R>, CassandraError>>>
  /** What the failure of a request for one element means for it. */
  readonly failureOf: (operation: string, error: CassandraError) => FactStoreError
}

/**
 * Answers every element. Where a request for several fails for what may be the fault of one, each is asked for
 * alone; a time-out, overload or unreachable host is answered at once to all: more requests would make it worse.
 */
export const answerGroups = <A, H, R>(
  groups: ReadonlyArray<RowGroup<A, H>>,
  call: GroupedCall<A, H, R>
): Effect.Effect<Answers<R>> =>
  Effect.gen(function* () {
    const answers: Array<Result.Result<R, FactStoreError>> = []
    const fail = ({ places }: RowGroup<A, H>, error: CassandraError): void => {
      const isAlone = places.length === 1
      const failure = isAlone ? call.failureOf(call.operation, error) : unavailable(call.operation, error)
      for (const place of places) answers[place] = Result.fail(failure)
    }
    /** Asks for each group, and answers those that are to be asked for in parts. */
    const ask = Effect.fnUntraced(function* (asked: ReadonlyArray<RowGroup<A, H>>) {
      const inParts: Array<RowGroup<A, H>> = []
      const results = yield* call.ask(asked)
      for (const [at, group] of asked.entries()) {
        const result = results[at]
        if (result === undefined) return yield* Effect.die(new Error("a request was left without an answer"))
        if (Result.isSuccess(result)) {
          group.places.forEach((place, index) => {
            answers[place] = Result.succeed(result.success[index] as R)
          })
        } else if (group.places.length > 1 && mayBeOfOneRow.has(result.failure.reason._tag))
          inParts.push(group)
        else fail(group, result.failure)
      }
      return inParts
    })
    const inParts = yield* ask(groups)
    if (inParts.length > 0) yield* ask(inParts.flatMap(alone))
    return answers
  })

/** One group for each element of a group. */
const alone = <A, H>({ elements, places, hosts }: RowGroup<A, H>): ReadonlyArray<RowGroup<A, H>> =>
  elements.map((element, at) => ({ hosts, elements: [element], places: places.slice(at, at + 1) }))

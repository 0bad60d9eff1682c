/** Runs a call group by group, and finds each element's own answer. */
import { Effect, Result } from "effect"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { isOfOneRow, mayBeOfOneRow, unavailable } from "./CassandraFailure.ts"
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
  /** Texts of the element that no failure may show. */
  readonly textsOf: (element: A) => ReadonlyArray<string | null>
  /** What the failure of a request for this element alone means for it. */
  readonly failureOf: (element: A, error: CassandraError) => FactStoreError
  /**
   * Which of so many elements is asked for first where nothing is answered; another one each time. Undefined: none,
   * because one was asked for a moment ago.
   */
  readonly scoutOf: (elements: number) => number | undefined
}

/**
 * Answers every element. Where a request for several fails for what may be the fault of one, each is asked for alone;
 * a time-out, overload or unreachable host is answered at once to all: more requests would make it worse.
 *
 * Where no request is answered, neither of the call nor (`areOthersAnswered`) any other one, the cluster may refuse
 * everything. Then one element of each request is asked for first, and the others only if one of those is answered.
 */
export const answerGroups = <A, H, R>(
  groups: ReadonlyArray<RowGroup<A, H>>,
  call: GroupedCall<A, H, R>,
  areOthersAnswered = false
): Effect.Effect<Answers<R>> =>
  Effect.gen(function* () {
    const answers: Array<Result.Result<R, FactStoreError>> = []
    const failAll = ({ elements, places }: RowGroup<A, H>, error: CassandraError): void => {
      const failure = Result.fail(unavailable(call.operation, error, elements.flatMap(call.textsOf)))
      for (const place of places) answers[place] = failure
    }
    /** Asks for each group. */
    const ask = Effect.fnUntraced(function* (asked: ReadonlyArray<RowGroup<A, H>>) {
      const divisible: Array<Divisible<A, H>> = []
      let isAnswered = areOthersAnswered
      const results = yield* call.ask(asked)
      for (const [at, group] of asked.entries()) {
        const result = results[at]
        if (result === undefined) return yield* Effect.die(new Error("a request was left without an answer"))
        const [place = 0] = group.places
        if (Result.isSuccess(result)) {
          isAnswered = true
          group.places.forEach((place, index) => {
            answers[place] = Result.succeed(result.success[index] as R)
          })
        } else if (group.places.length === 1)
          answers[place] = Result.fail(call.failureOf(group.elements[0] as A, result.failure))
        else if (mayBeOfOneRow.has(result.failure.reason._tag))
          divisible.push({ group, error: result.failure })
        else failAll(group, result.failure)
      }
      return { divisible, isAnswered }
    })
    const { divisible, isAnswered } = yield* ask(groups)
    if (divisible.length === 0) return answers
    if (isAnswered || divisible.some(({ error }) => isOfOneRow(error))) {
      yield* ask(divisible.flatMap(({ group }) => alone(group)))
      return answers
    }
    const parts: Array<ReturnType<typeof withoutOne<A, H>> & Pick<Divisible<A, H>, "error">> = []
    for (const { error, group } of divisible) {
      const scout = call.scoutOf(group.places.length)
      if (scout === undefined) failAll(group, error)
      else parts.push({ ...withoutOne(group, scout), error })
    }
    if (parts.length === 0) return answers
    const scouts = yield* ask(parts.map(({ one }) => one))
    if (scouts.isAnswered) yield* ask(parts.flatMap(({ rest }) => alone(rest)))
    else for (const { rest, error } of parts) failAll(rest, error)
    return answers
  })

/** A group whose failure may be the fault of one of it. */
interface Divisible<A, H> {
  readonly group: RowGroup<A, H>
  readonly error: CassandraError
}

/** One group for each element of a group. */
const alone = <A, H>({ elements, places, hosts }: RowGroup<A, H>): ReadonlyArray<RowGroup<A, H>> =>
  elements.map((element, at) => ({ hosts, elements: [element], places: places.slice(at, at + 1) }))

/** One element of a group, and the others. */
const withoutOne = <A, H>({ elements, places, hosts }: RowGroup<A, H>, at: number) => ({
  one: { hosts, elements: elements.slice(at, at + 1), places: places.slice(at, at + 1) },
  rest: { hosts, elements: elements.toSpliced(at, 1), places: places.toSpliced(at, 1) }
})

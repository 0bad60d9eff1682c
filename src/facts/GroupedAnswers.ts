/** Runs a call group by group, and finds each element's own answer. */
import { Effect, Result } from "effect"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { type Answers, FactStoreError, FactStoreUnavailable, RowRejected } from "./FactStore.ts"
import type { RowGroup } from "./RowGroups.ts"

/** How a call is carried out. */
export interface GroupedCall<A, H, R> {
  /** What was tried, for errors. */
  readonly operation: string
  /** One request for several elements; their results in the same order. */
  readonly together: (
    elements: ReadonlyArray<A>,
    host: H | undefined
  ) => Effect.Effect<ReadonlyArray<R>, CassandraError>
  /** One request for one element. */
  readonly alone: (element: A, host: H | undefined) => Effect.Effect<R, CassandraError>
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
): Effect.Effect<Answers<R>> => {
  const answers: Array<Result.Result<R, FactStoreError>> = []
  const alone = ({ elements, places, host }: RowGroup<A, H>) =>
    Effect.forEach(
      elements,
      (element, at) =>
        Effect.map(Effect.result(call.alone(element, host)), (result) => {
          answers[places[at] ?? 0] = Result.mapError(result, (error) => call.failureOf(call.operation, error))
        }),
      { concurrency: "unbounded", discard: true }
    )
  const together = (group: RowGroup<A, H>) =>
    Effect.matchEffect(call.together(group.elements, group.host), {
      onSuccess: (results) =>
        Effect.sync(() => {
          group.places.forEach((place, at) => {
            answers[place] = Result.succeed(results[at] as R)
          })
        }),
      onFailure: (error) =>
        mayBeOnes.has(error.reason._tag)
          ? alone(group)
          : Effect.sync(() => {
              const failure = Result.fail(unavailable(call.operation, error))
              for (const place of group.places) answers[place] = failure
            })
    })
  return Effect.as(
    Effect.forEach(groups, (group) => (group.elements.length === 1 ? alone(group) : together(group)), {
      concurrency: "unbounded", // the requests in flight are bounded by Cassandra's permits
      discard: true
    }),
    answers
  )
}

/** The failure of anything that says nothing against a row: an outage (G4). */
export const unavailable = (operation: string, error: CassandraError): FactStoreError =>
  new FactStoreError({
    operation,
    reason: new FactStoreUnavailable({ detail: error.message, cause: error })
  })

/** The failure of writing one row: rejected only where the cluster named the row's size as the reason. */
export const rejectedOrUnavailable = (operation: string, error: CassandraError): FactStoreError =>
  error.reason._tag === "MutationTooLarge"
    ? new FactStoreError({
        operation,
        reason: new RowRejected({ detail: error.reason.detail, cause: error })
      })
    : unavailable(operation, error)

/** Reasons that may hold for one row or partition of several. */
const mayBeOnes: ReadonlySet<CassandraError["reason"]["_tag"]> = new Set([
  "MutationTooLarge",
  "StatementRefused",
  "ReplicasUnavailable",
  "ReplicaFailed",
  "Faulty"
])

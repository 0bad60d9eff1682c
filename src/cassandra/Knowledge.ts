/** What a cluster shows of itself, and what it does not. */
import { Data, Effect, Result } from "effect"
import type { CassandraError } from "./CassandraError.ts"

/** The cluster does not show it. That is an answer, and not a failure. */
export class Unknown extends Data.TaggedError("Unknown")<{
  /** `absent`: this version or service does not have it. `forbidden`: the role may not read it. */
  readonly why: "absent" | "forbidden"
  /** In the cluster's words. */
  readonly detail: string
}> {
  override get message(): string {
    return `unknown (${this.why}): ${this.detail}`
  }
}

/** Something read, or why it cannot be known. */
export type Known<A> = Result.Result<A, Unknown>

/**
 * Takes a refusal to show something for an answer.
 *
 * **Errors**: `CassandraError` as ever when the cluster does not answer: that says nothing about what it has.
 */
export const orUnknown = <A>(
  read: Effect.Effect<A, CassandraError>
): Effect.Effect<Known<A>, CassandraError> =>
  Effect.matchEffect(read, {
    onSuccess: (value) => Effect.succeed(Result.succeed(value)),
    onFailure: (error) => {
      const why = whyUnknown(error)
      if (why === undefined) return Effect.fail(error)
      return Effect.succeed(Result.fail(new Unknown({ why, detail: error.reason.detail })))
    }
  })

const whyUnknown = ({ reason }: CassandraError): Unknown["why"] | undefined => {
  switch (reason._tag) {
    case "Unauthorized":
      return "forbidden"
    case "KeyspaceMissing":
    case "TableMissing":
    // A column or a statement of other versions.
    case "StatementRefused":
    case "RequestInvalid":
      return "absent"
    case "Faulty":
      // A cluster without authorization answers so, as a server error.
      return /not supported/i.test(reason.detail) ? "absent" : undefined
    default:
      return undefined
  }
}

/** What was read of a server, or why it could not be. */
import { Result } from "effect"
import type { Judgement } from "./Check.ts"

/** Why something could not be read. */
export interface Unread {
  /** `absent`: this server does not show it. `forbidden`: the caller may not read it. */
  readonly why: "absent" | "forbidden" | "unanswered"
  /** In the server's words. */
  readonly detail: string
}

/** Something read, or why it could not be. */
export type Reading<A> = Result.Result<A, Unread>

/** Judges what could be read. */
export const whenRead = <A>(read: Reading<A>, judge: (value: A) => Judgement): Judgement =>
  Result.isFailure(read) ? notMade(read.failure) : judge(read.success)

/** Says why it could not be. */
export const notMade = ({ detail, why }: Unread): { readonly notMade: string } => ({
  notMade: `${reasons[why]}: ${detail}`
})

const reasons: Readonly<Record<Unread["why"], string>> = {
  absent: "this server does not show it",
  forbidden: "the credentials do not allow it to be read",
  unanswered: "no answer"
}

/** Messages that are neither orders nor payments. */

/** What messages say, by their attribute `kind`. */
export type Note =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "count"; readonly count: number }

/** Why a note is not filed. */
export type NoteFailure = "no such kind" | "no number" | "too long" | "away" | "too early" | "not ours"

/** What becomes of notes. */
export type NoteFate = "filed" | "refused"

/** Why a note is a dead letter. */
export type NoteReason = "unreadable" | "unwanted" | "too-early"

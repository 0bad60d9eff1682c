/** What happens to a delivery whose decoding or handling failed. */

/** Dead-letter it, try it again, let it wait, or leave it to the caller. */
export type Disposition<R extends string> =
  | {
      readonly _tag: "DeadLetter"
      readonly reason: R
      /** The first field that is wrong, if it is one. */
      readonly path?: string
      readonly error: string
    }
  /** What it needs does not answer now. */
  | {
      readonly _tag: "Retry"
      readonly error: string
      /** Whether it is certain that no other delivery of the batch is the reason. */
      readonly isOwn?: boolean
    }
  /** What it needs is not there yet. */
  | { readonly _tag: "Wait" }
  /** Neither published nor tried again here. */
  | { readonly _tag: "Leave" }

/** Decides it; total. `mayWait`: whether waiting is still allowed for this delivery. */
export type Dispose<E, R extends string> = (failure: E, mayWait: boolean) => Disposition<R>

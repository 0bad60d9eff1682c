/** Looks an order or a payment up in the fact table, for somebody who looks at a running process. */
import type { Effect } from "effect"
import type { Fact } from "../domain/Fact.ts"
import type { LookUpKey } from "./LookUp.ts"

/** What came of looking in the table. */
export type RowLook =
  /** The rows that have to do with what is looked for, a few at most. */
  | { readonly _tag: "Looked"; readonly rows: ReadonlyArray<Fact> }
  /** `why` completes "not looked at: …". */
  | { readonly _tag: "NotLooked"; readonly why: string }

/** Looks in the table, within a bounded time; it never reads more than a few rows. */
export type RowLookUp = (key: LookUpKey) => Effect.Effect<RowLook>

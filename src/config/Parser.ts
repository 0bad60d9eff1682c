/** Reads one value from the text a user wrote. */
import type { Option } from "effect"

/**
 * Reads one value from the text a user wrote, and says what it would have taken.
 *
 * **Shape**: `parse` gets the text without surrounding blanks, never empty; none means "not allowed".
 */
export interface Parser<out A> {
  readonly parse: (text: string) => Option.Option<A>
  /** What is allowed, completing "must be …". */
  readonly allowed: string
  /** One legal text, shown in error messages. */
  readonly example: string
}

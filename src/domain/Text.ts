/** Text that Cassandra returns exactly as it was sent. */
import { Schema } from "effect"

/**
 * Well-formed Unicode text.
 *
 * **Shape**: any string without a lone surrogate; a lone one would be stored as U+FFFD, changed silently.
 */
export const Text = Schema.String.check(
  Schema.makeFilter((text: string) => text.isWellFormed() || "Expected well-formed Unicode text")
)

/** One word of a closed list. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Reads one of the words, in any case, into the way it is spelled in the list. */
export const enumeration = <const Word extends string>(
  words: ReadonlyArray<Word>,
  example: NoInfer<Word>
): Parser<Word> => ({
  parse: (text) => Option.fromUndefinedOr(words.find((word) => word.toLowerCase() === text.toLowerCase())),
  allowed: `one of ${words.join(", ")} (in any case)`,
  example
})

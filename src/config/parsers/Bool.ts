/** Yes or no. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Reads `true` or `false`, and their usual other spellings, in any case. */
export const bool: Parser<boolean> = {
  parse: (text) => Option.fromUndefinedOr(spellings.get(text.toLowerCase())),
  allowed: "true or false (or yes, no, on, off, 1, 0)",
  example: "true"
}

const spellings = new Map<string, boolean>([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false]
])

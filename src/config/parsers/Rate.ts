/** How often something happens. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Reads a number of times a second, above 0. **Shape**: `100` or `0.5`: digits only, so never `1e3`. */
export const rate: Parser<number> = {
  parse: (text) =>
    /^\d{1,7}(\.\d{1,6})?$/.test(text)
      ? Option.filter(Option.some(Number(text)), (value) => value > 0 && value <= 1_000_000)
      : Option.none(),
  allowed: "a number above 0, at most 1000000",
  example: "0.5"
}

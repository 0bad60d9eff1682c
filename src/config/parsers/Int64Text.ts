/** Ids of orders and payments. */
import { Option } from "effect"
import { int64Max, int64Min } from "../../domain/Int64.ts"
import type { Parser } from "../Parser.ts"

/** Reads an id exactly, without converting it to a double. **Shape**: decimal digits within int64, as the table's bigint. */
export const int64Text: Parser<bigint> = {
  parse: (text) =>
    /^-?\d{1,19}$/.test(text)
      ? Option.filter(Option.some(BigInt(text)), (value) => value >= int64Min && value <= int64Max)
      : Option.none(),
  allowed: `a whole number of at most ${int64Max}`,
  example: "4711"
}

/** Counts and ports. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** The smallest and largest numbers a variable takes, both inclusive. */
export interface IntegerRange {
  readonly min: number
  readonly max: number
}

/** Reads a whole number within a range; digits only, so never `1e3`, `0x10` or `+5`. */
export const integer = (range: IntegerRange, example: string): Parser<number> => ({
  parse: (text) =>
    /^\d{1,15}$/.test(text)
      ? Option.filter(Option.some(Number(text)), (value) => value >= range.min && value <= range.max)
      : Option.none(),
  allowed: `a whole number from ${range.min} to ${range.max}`,
  example
})

/** Reads a TCP port to listen on; 0 means none. */
export const port: Parser<number> = {
  ...integer({ min: 0, max: 65_535 }, "8080"),
  allowed: "a port from 1 to 65535, or 0 for none"
}

/** Parts of a whole. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** Reads a share from 0 to 1. **Shape**: `0.05` or `5%`. */
export const share: Parser<number> = {
  parse: (text) => {
    const [, digits = "", percent = ""] = /^(\d{1,3}(?:\.\d{1,9})?)(%?)$/.exec(text) ?? []
    if (digits === "") return Option.none()
    const value = percent === "" ? Number(digits) : Number(digits) / 100
    return value <= 1 ? Option.some(value) : Option.none()
  },
  allowed: "a share from 0 to 1, or from 0% to 100%",
  example: "0.05"
}

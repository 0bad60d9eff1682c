/** Values that other programs set too: one that cannot be used must not keep the process from starting. */
import { Option, Result } from "effect"
import type { Parser } from "../Parser.ts"

/** A value, or the text that is none. */
export type Tolerated<A> = Result.Result<A, string>

/** Takes any text; what the parser would not take is kept for a warning. */
export const tolerant = <A>(parser: Parser<A>): Parser<Tolerated<A>> => ({
  ...parser,
  parse: (text) => Option.some(Result.fromOption(parser.parse(text), () => text))
})

/** Flags of a command that are no settings. They are read together, so that all that are wrong are told at once. */
import { Option, Result } from "effect"
import { Flag } from "effect/cli"
import type { Parser } from "../config/Parser.ts"

/** The value of a flag, or what is wrong with it. */
export type FlagValue<A> = Result.Result<A, string>

/** The values of flags, where all are right; whatever else is among them stays as it is. */
export type OwnValues<Own> = { readonly [Key in keyof Own]: ValueOf<Own[Key]> }

type ValueOf<F> = [F] extends [FlagValue<infer A>]
  ? A
  : [F] extends [Option.Option<FlagValue<infer A>>]
    ? Option.Option<A>
    : F

/** A flag of a command's own, read as variables are; its help tells what is allowed, and what holds without it. */
export const parsedFlag = <A>(
  name: string,
  parser: Parser<A>,
  description: string,
  whenMissing: string
): Flag.Flag<FlagValue<A>> =>
  Flag.String(name).pipe(
    Flag.map((text) =>
      Result.fromOption(
        parser.parse(text.trim()),
        () => `--${name} is "${text}": must be ${parser.allowed}. Example: --${name} ${parser.example}`
      )
    ),
    Flag.withDescription(`${description}: ${parser.allowed} [default: ${whenMissing}]`)
  )

/** A number of a command's own that has a default. */
export const numberFlag = (
  name: string,
  parser: Parser<number>,
  description: string,
  whenMissing: number
): Flag.Flag<FlagValue<number>> =>
  parsedFlag(name, parser, description, String(whenMissing)).pipe(
    Flag.withDefault(Result.succeed(whenMissing))
  )

/** A flag that is given or not. */
export const switchFlag = (name: string, description: string): Flag.Flag<boolean> =>
  Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withDescription(description))

/** Takes the values of flags apart from what is wrong with them. Where nothing is wrong, every flag has its value. */
export const ownValues = <Own extends Readonly<Record<string, unknown>>>(
  own: Own
): { readonly values: OwnValues<Own>; readonly problems: ReadonlyArray<string> } => {
  const problems: Array<string> = []
  const valueOf = (given: unknown): unknown => {
    if (Option.isOption(given)) return Option.map(given, valueOf)
    if (!Result.isResult(given)) return given
    if (Result.isSuccess(given)) return given.success
    problems.push(String(given.failure))
    return undefined
  }
  const values = Object.fromEntries(Object.entries(own).map(([name, given]) => [name, valueOf(given)]))
  return { values: values as OwnValues<Own>, problems }
}

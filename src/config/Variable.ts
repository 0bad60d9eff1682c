/** One thing a user can set: by an environment variable, or by a command's flag. */
import { Option } from "effect"
import type { Parser } from "./Parser.ts"

/** What a variable is for, as shown in the reference and in `--help`. */
export interface VariableDoc {
  /** The environment variable's name. */
  readonly name: string
  /** Environment variables read when this one is missing, in order. */
  readonly aliases?: ReadonlyArray<string>
  /** It has no flag: libraries read the environment themselves, and a flag could not reach them. */
  readonly isEnvironmentOnly?: boolean
  /** The flag's name without its dashes, where it is not the variable's name in kebab-case. */
  readonly flag?: string
  /** What it sets. One sentence, without a full stop. */
  readonly meaning: string
  /** The unit of what it counts. */
  readonly unit?: string
  /** When a user would want another value. */
  readonly change: string
  /** Which others to check when changing it. */
  readonly see?: string
  /** Its value is never shown. */
  readonly secret?: boolean
  /** The flag stands alone: `--cassandra-tls` and `--no-cassandra-tls`. */
  readonly isSwitch?: boolean
}

/** A variable, and how its value is found. */
export interface Variable<out A> {
  readonly doc: VariableDoc
  readonly flag: string
  /** What the reference says where the default stands. */
  readonly defaultText: string
  /** Whether that is a phrase about what happens, and not a value. */
  readonly isPhrase: boolean
  readonly allowed: string
  readonly example: string
  /** The value of what the user wrote; none when that is not allowed. */
  readonly decode: (text: string) => Option.Option<A>
  /** The value when the user wrote nothing; none when that is not allowed. */
  readonly whenMissing: Option.Option<A>
}

/** What a variable holds once it is read. */
export type ValueOf<V> = V extends Variable<infer A> ? A : never

/** A variable that has a value when the user sets none. The default is written as a user would write it. */
export const withDefault = <A>(doc: VariableDoc, parser: Parser<A>, defaultText: string): Variable<A> => ({
  ...named(doc, parser),
  defaultText,
  isPhrase: false,
  decode: parser.parse,
  whenMissing: parser.parse(defaultText)
})

/** A variable that may be left out; `otherwise` is what the reference says about that case. */
export const optional = <A>(
  doc: VariableDoc,
  parser: Parser<A>,
  otherwise = "none"
): Variable<Option.Option<A>> => ({
  ...named(doc, parser),
  defaultText: otherwise,
  isPhrase: true,
  decode: (text) => Option.map(parser.parse(text), Option.some),
  whenMissing: Option.some(Option.none())
})

const named = (doc: VariableDoc, parser: Parser<unknown>) => ({
  doc,
  flag: doc.flag ?? doc.name.toLowerCase().replaceAll("_", "-"),
  allowed: parser.allowed,
  example: parser.example
})

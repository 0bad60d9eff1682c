/** Durations as people write them. Effect's own parser refuses `30s` and `0`, and takes negative and `Infinity`. */
import { Duration, Option } from "effect"
import type { Parser } from "../Parser.ts"

/** The shortest and longest durations a variable takes. **Units**: milliseconds, both inclusive. */
export interface DurationRange {
  readonly min: number
  readonly max: number
  /** What `0` means, where it is allowed below the shortest. */
  readonly zero?: string
}

/**
 * Reads a duration within a range.
 *
 * **Shape**: `250ms`, `30s`, `5m`, `1h`, `30 seconds`, `1.5 h`; a bare number only when it is `0`.
 */
export const durationText = (range: DurationRange, example: string): Parser<Duration.Duration> => ({
  parse: (text) =>
    Option.map(
      Option.filter(
        toMillis(text),
        (millis) => (millis >= range.min && millis <= range.max) || (millis === 0 && range.zero !== undefined)
      ),
      Duration.millis
    ),
  allowed:
    `${range.zero === undefined ? "" : `0 (${range.zero}), or `}a duration from ${show(range.min)} to ${show(range.max)}: ` +
    "a number with ms, s, m or h (or the word, as in `30 seconds`)",
  example
})

const form = /^(\d{1,12}(?:\.\d{1,6})?)\s*([a-z]*)$/i

const millisPerUnit = new Map<string, number>([
  ...["ms", "millis", "millisecond", "milliseconds"].map((unit) => [unit, 1] as const),
  ...["s", "sec", "secs", "second", "seconds"].map((unit) => [unit, 1_000] as const),
  ...["m", "min", "mins", "minute", "minutes"].map((unit) => [unit, 60_000] as const),
  ...["h", "hour", "hours"].map((unit) => [unit, 3_600_000] as const)
])

const toMillis = (text: string): Option.Option<number> => {
  const [, digits = "", unit = ""] = form.exec(text) ?? []
  if (digits === "") return Option.none()
  const number = Number(digits)
  if (unit === "") return number === 0 ? Option.some(0) : Option.none()
  return Option.map(Option.fromUndefinedOr(millisPerUnit.get(unit.toLowerCase())), (millis) =>
    Math.round(number * millis)
  )
}

const show = (millis: number): string => {
  if (millis === 0) return "0"
  if (millis % 3_600_000 === 0) return `${millis / 3_600_000}h`
  if (millis % 60_000 === 0) return `${millis / 60_000}m`
  return millis % 1_000 === 0 ? `${millis / 1_000}s` : `${millis}ms`
}

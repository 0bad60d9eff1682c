/** How checks write times and sizes for people. */
import { Duration } from "effect"

/** A span of time in its greatest whole unit: `7 d`, `10 min`, `1.5 s`. */
export const spanText = (duration: Duration.Duration): string => {
  const millis = Duration.toMillis(duration)
  for (const [unit, size] of units)
    if (millis >= size && millis % size === 0) return `${millis / size} ${unit}`
  return `${millis / 1000} s`
}

const units: ReadonlyArray<readonly [unit: string, millis: number]> = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000]
]

/** Bytes in MiB, rounded up: `256 MiB`. */
export const mebibytes = (bytes: number): string => `${Math.ceil(bytes / 2 ** 20)} MiB`

/** A size as Cassandra writes it, `32MiB`, or a count of bytes; undefined for none, and for what it is not. **Units**: bytes. */
export const sizeOf = (text: string | undefined): number | undefined => {
  const [, count, unit = ""] = /^(\d+) ?([A-Za-z]*)$/.exec(text ?? "") ?? []
  const bytes = unitBytes[unit]
  return count === undefined || bytes === undefined ? undefined : Number(count) * bytes
}

const unitBytes: Readonly<Record<string, number>> = {
  "": 1,
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30
}

/** Sizes of memory and messages as people write them. */
import { Option } from "effect"
import type { Parser } from "../Parser.ts"

/** The smallest and largest sizes a variable takes. **Units**: bytes, both inclusive. */
export interface SizeRange {
  readonly min: number
  readonly max: number
}

/**
 * Reads a size within a range, into bytes.
 *
 * **Shape**: `64MiB` or `64Mi` (1024 × 1024), `64MB` (1000 × 1000), or a plain count of bytes. `64M` may mean
 * either, so it is refused.
 */
export const byteSize = (range: SizeRange, example: string): Parser<number> => ({
  parse: (text) => Option.filter(toBytes(text), (bytes) => bytes >= range.min && bytes <= range.max),
  allowed:
    `a size from ${show(range.min)} to ${show(range.max)}: ` +
    "a count of bytes, or a number with KiB, MiB, GiB, kB, MB or GB",
  example
})

const form = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)$/i

const bytesPerUnit = new Map<string, number>([
  ["", 1],
  ["b", 1],
  ["ki", 2 ** 10],
  ["kib", 2 ** 10],
  ["mi", 2 ** 20],
  ["mib", 2 ** 20],
  ["gi", 2 ** 30],
  ["gib", 2 ** 30],
  ["kb", 1e3],
  ["mb", 1e6],
  ["gb", 1e9]
])

const toBytes = (text: string): Option.Option<number> => {
  const [, digits = "", unit = ""] = form.exec(text) ?? []
  if (digits === "") return Option.none()
  return Option.filter(
    Option.map(
      Option.fromUndefinedOr(bytesPerUnit.get(unit.toLowerCase())),
      (bytes) => Number(digits) * bytes
    ),
    Number.isSafeInteger
  )
}

const show = (bytes: number): string => {
  if (bytes >= 2 ** 30 && bytes % 2 ** 30 === 0) return `${bytes / 2 ** 30}GiB`
  if (bytes >= 2 ** 20 && bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}MiB`
  if (bytes >= 2 ** 10 && bytes % 2 ** 10 === 0) return `${bytes / 2 ** 10}KiB`
  return bytes % 1e6 === 0 ? `${bytes / 1e6}MB` : `${bytes} bytes`
}

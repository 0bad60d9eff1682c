/** Reads the integers of a message exactly as they are written, where JavaScript's numbers may have rounded them. */
import { beforeBlanks, eachMember } from "./JsonText.ts"

/**
 * Whether the text may hold a number in one of these fields that is not the nonzero safe integer it became; cheap, and
 * sometimes true without need.
 *
 * A nonzero safe integer is what was written if its literal has at most 15 digits, whatever its exponent: a decimal
 * `d × 10^q` with `d < 10^15` that is no integer lies at least `10^q` from the nearest one, and a double is at most
 * `2^-53 × d × 10^q` away from its decimal, which is less. So only 16 digits in a row, a point among them, can have
 * been rounded to one. A zero may have been anything small (`1e-400`); what is no safe integer shows by itself.
 *
 * **Guarantee**: false only where every nonzero safe integer in `fields` is exactly what the text says.
 */
export const mayBeRounded = (text: string, fields: ReadonlyArray<string>): boolean => {
  // Of 16 characters in a row two are looked at, which are 8 apart. The sign of `last` says whether one is among
  // `./0123456789`: all messages are looked at here, and a branch for each character costs three times as much.
  let previous = 0
  for (let at = step - 1; at < text.length; at += step) {
    const code = text.charCodeAt(at)
    const last = (code - nine - 1) & (point - 1 - code)
    if ((previous & last) >= 0) {
      previous = last
      continue
    }
    let from = at
    while (from > 0 && isInNumber(text.charCodeAt(from - 1))) from--
    let to = at
    while (to < text.length && isInNumber(text.charCodeAt(to))) to++
    if (to - from >= longDigits && mayBelongTo(fields, text, from)) return true
    previous = last
    // To the last place before the first that lies behind these digits.
    if (to > at) at = to - (to % step) - 1
  }
  return false
}

/**
 * Puts the exact values in place of the numbers in these fields of `json`, which is what `text` says.
 *
 * **Shape**: a number where that is a safe integer, else canonical decimal text where it is an integer of at most 19
 * digits, else `NaN`, which no JSON holds: the Schema refuses it. Of a repeated key the last counts, as in
 * `JSON.parse`.
 */
export const readExactly = (text: string, json: object, fields: ReadonlyArray<string>): void => {
  const last = new Map<string, string>()
  eachMember(text, (key, start, end) => {
    if (fields.includes(key)) last.set(key, text.slice(start, end))
  })
  for (const [field, literal] of last) {
    if (typeof (json as Members)[field] === "number") (json as Members)[field] = jsonOf(exactInteger(literal))
  }
}

/**
 * The integer that a JSON number says, as canonical decimal text; undefined where it is none, or has over 19 digits.
 *
 * **Shape**: `"1.0"` and `"10e-1"` are `"1"`, `"-0"` is `"0"`. Takes time in proportion to the literal's length, not
 * to its exponent.
 */
export const exactInteger = (literal: string): string | undefined => {
  const exponentAt = literal.search(/[eE]/)
  const mantissa = exponentAt < 0 ? literal : literal.slice(0, exponentAt)
  const exponent = exponentAt < 0 ? 0 : Number(literal.slice(exponentAt + 1))
  const isNegative = mantissa.startsWith("-")
  const unsigned = isNegative ? mantissa.slice(1) : mantissa
  const pointAt = unsigned.indexOf(".")
  const digits = pointAt < 0 ? unsigned : unsigned.slice(0, pointAt) + unsigned.slice(pointAt + 1)
  let from = 0
  while (digits.charCodeAt(from) === zero) from++
  if (from === digits.length) return "0"
  let to = digits.length
  while (digits.charCodeAt(to - 1) === zero) to--
  const length = (pointAt < 0 ? unsigned.length : pointAt) - from + exponent
  if (length < to - from || length > int64Digits) return undefined
  return (isNegative ? "-" : "") + digits.slice(from, to).padEnd(length, "0")
}

type Members = { [key: string]: unknown }

const jsonOf = (integer: string | undefined): number | string => {
  if (integer === undefined) return Number.NaN
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}

/** Whether digits that begin at `start` may be the value of one of these fields: most are those of a price. */
const mayBelongTo = (fields: ReadonlyArray<string>, text: string, start: number): boolean => {
  let at = beforeBlanks(text, text.charCodeAt(start - 1) === minus ? start - 2 : start - 1)
  // Else an element of an array, digits within a text, or those of an exponent.
  if (text.charCodeAt(at) !== colon) return false
  const end = beforeBlanks(text, at - 1)
  if (text.charCodeAt(end) !== quote) return false
  for (at = end - 1; text.charCodeAt(at) !== quote; at--) if (text.charCodeAt(at) === backslash) return true
  for (const field of fields) {
    if (field.length === end - at - 1 && text.startsWith(field, at + 1)) return true
  }
  return false
}

const isInNumber = (code: number): boolean => (code >= zero && code <= nine) || code === point

/** From so many digits on, a point counted as one, a double may be an integer that its decimal is not. */
const longDigits = 16

/** Characters from one that is looked at to the next. */
const step = longDigits / 2

/** Digits of the largest int64. */
const int64Digits = 19

const quote = 0x22
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const nine = 0x39
const colon = 0x3a
const backslash = 0x5c

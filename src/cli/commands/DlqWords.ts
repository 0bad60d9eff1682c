/** Says in words what a dead letter is and what would become of it. */
import { rfc3339 } from "../../time/Rfc3339.ts"

/** What would become of how many, by the names of the verdicts: what would go through first, whatever was read first. */
export const verdictsText = (counts: ReadonlyMap<string, number>): string =>
  Array.from(counts)
    .toSorted(([one], [other]) => rankOf(one) - rankOf(other))
    .map(([name, count]) => verdictWords(name, count))
    .join(", ")

const verdictWords = (name: string, count: number): string =>
  `${thousands(count)} ${count === 1 ? wordsOf(name) : (words[name]?.[1] ?? name)}`

const rankOf = (name: string): number => Object.keys(words).indexOf(name)

/** What would become of one dead letter. */
export const wordsOf = (verdict: string): string => words[verdict]?.[0] ?? verdict

/** Of one, and of several. */
const words: Readonly<Record<string, readonly [string, string]>> = {
  "order-stored": ["would be stored", "would be stored"],
  "payment-matched": ["would match", "would match"],
  "payment-superseded": ["would be superseded by a newer payment", "would be superseded by newer payments"],
  "stays(unmatched-payment)": ["still has no order", "still have no order"],
  "stays(undecodable)": ["still cannot be read", "still cannot be read"],
  "stays(schema-violation)": ["still violates the schema", "still violate the schema"],
  "stays(store-rejected)": ["still cannot be stored", "still cannot be stored"],
  unknown: ["verdict unknown", "verdict unknown"],
  foreign: ["of another deployment", "of another deployment"],
  lost: ["not asked about", "not asked about"]
}

/** So many dead letters. */
export const deadLettersText = (count: number): string =>
  `${thousands(count)} dead ${count === 1 ? "letter" : "letters"}`

/** A number with its thousands told apart. */
export const thousands = (count: number): string => count.toLocaleString("en-US")

/** Says that there are more dead letters than could be looked at. */
export const partialText = (letters: number): string =>
  `PARTIAL: no more than ${thousands(letters)} can be held at once, and there are more`

/** A time in UTC to the second, as the tables show it; that it is UTC is said elsewhere. */
export const secondOf = (micros: number): string => rfc3339(micros).slice(0, 19).replace("T", " ")

/** How long something lasts, in its greatest unit. **Units**: milliseconds. */
export const lasting = (millis: number): string => {
  const [divisor, unit] = units.find(([least]) => millis >= 2 * least) ?? [1_000, "s"]
  return `${Math.floor(millis / divisor)} ${unit}`
}

const units: ReadonlyArray<readonly [number, string]> = [
  [86_400_000, "days"],
  [3_600_000, "h"],
  [60_000, "min"]
]

/** Within which time something was, in two units: `2 min 58 s`; never less than it is. **Units**: milliseconds. */
export const withinWords = (millis: number): string => {
  if (millis < 1_000) return `${Math.ceil(millis)} ms`
  const pair = pairs.find(([least]) => millis >= least)
  if (pair === undefined) return `${Math.ceil(millis / 1_000)} s`
  const [, great, greatName, small, smallName] = pair
  const smalls = Math.ceil(millis / small)
  const rest = smalls % (great / small)
  const whole = `${(smalls - rest) / (great / small)} ${greatName}`
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`
}

const pairs: ReadonlyArray<readonly [number, number, string, number, string]> = [
  [2 * 86_400_000, 86_400_000, "days", 3_600_000, "h"],
  [3_600_000, 3_600_000, "h", 60_000, "min"],
  [2 * 60_000, 60_000, "min", 1_000, "s"]
]

/** A share in whole percent, never more than it is. */
export const percentText = (part: number, whole: number): string => `${Math.floor((100 * part) / whole)} %`

/** A number of bytes, in binary units. */
export const bytesText = (bytes: number): string => {
  if (bytes < 1_024) return `${bytes} bytes`
  const exponent = Math.min(3, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** exponent).toFixed(1)} ${["", "KiB", "MiB", "GiB"][exponent]}`
}

/** A subscription without its project, where that is the one of the dead-letter subscription. */
export const shortName = (subscription: string, project: string): string => {
  const prefix = `projects/${project}/subscriptions/`
  return subscription.startsWith(prefix) ? subscription.slice(prefix.length) : subscription
}

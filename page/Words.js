/** Figures and texts as people read them. */

/**
 * A number with at most so many digits after the point; a dash where there is none.
 *
 * @param {number | null} value
 */
export const numberText = (value, digits = 0) =>
  value === null
    ? "–"
    : value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) >= 100 ? 0 : digits })

/**
 * A duration in the unit that fits.
 *
 * @param {number | null} seconds
 */
export const durationText = (seconds) => {
  if (seconds === null) return "–"
  if (seconds <= 0) return "0 s"
  if (seconds < 1) return `${numberText(seconds * 1000, seconds < 0.01 ? 1 : 0)} ms`
  if (seconds < 120) return `${numberText(seconds, seconds < 10 ? 1 : 0)} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** @param {number | null} share */
export const percentText = (share) => (share === null ? "–" : `${Math.round(share * 100)} %`)

/** @param {number} millis */
export const clockText = (millis) => new Date(millis).toLocaleTimeString("en-GB")

/**
 * @param {number} count
 * @param {string} one
 */
export const countText = (count, one, many = `${one}s`) => `${numberText(count)} ${count === 1 ? one : many}`

/**
 * A text from outside, with control, bidirectional and line-separating characters written out, so that it deceives no
 * reader.
 *
 * @param {string} text
 */
export const plainText = (text) =>
  text.replace(
    /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`
  )

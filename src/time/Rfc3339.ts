/** Moments as text in RFC 3339. */
import { DateTime } from "effect"

/** RFC 3339 in UTC with microseconds. **Units**: µs since the epoch. */
export const rfc3339 = (micros: number): string => {
  const millis = Math.floor(micros / 1000)
  const rest = String(micros - millis * 1000).padStart(3, "0")
  return `${DateTime.formatIso(DateTime.makeUnsafe(millis)).slice(0, -1)}${rest}Z`
}

/**
 * Reads RFC 3339; undefined where the text is no legal moment since the epoch.
 *
 * **Shape**: `2026-11-26T00:41:15.123456Z`, or with an offset; digits beyond microseconds are dropped.
 * **Units**: µs since the epoch.
 */
export const microsOf = (text: string): number | undefined => {
  const [, seconds, fraction = "", offset] = form.exec(text) ?? []
  if (seconds === undefined || offset === undefined) return undefined
  const wall = Date.parse(`${seconds.replace(/[t ]/, "T")}Z`)
  // Date rolls the 31st of a shorter month over instead of refusing it.
  if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 19) !== seconds.replace(/[t ]/, "T"))
    return undefined
  const micros = (wall - offsetMillis(offset)) * 1000 + Number(fraction.slice(0, 6).padEnd(6, "0"))
  return micros >= 0 ? micros : undefined
}

const form = /^(\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/

const offsetMillis = (offset: string): number => {
  if (offset === "Z" || offset === "z") return 0
  const [hours = 0, minutes = 0] = offset.slice(1).split(":").map(Number)
  return (offset.startsWith("-") ? -1 : 1) * (hours * 60 + minutes) * 60_000
}

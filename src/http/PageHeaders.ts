/** What every answer of the page says to browsers. */

/** Nothing is stored on the way, guessed at, shown within another page, or told to another. */
export const plainHeaders = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin"
} as const

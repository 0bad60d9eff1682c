/** Limits of publishing dead letters. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** How long dead letters wait for others to share a request. **Units**: milliseconds. */
export const deadLetterDelayMillis = 20

/** So many dead letters do not wait for more; the service takes 1000 in a request. */
export const deadLettersEnough = 500

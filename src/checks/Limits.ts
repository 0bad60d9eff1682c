/** Limits of checks. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** How many times something is read that a cluster does not answer: it may be of one moment. */
export const readTries = 3

/** How long is waited between them. **Units**: milliseconds. */
export const readTryMillis = 500

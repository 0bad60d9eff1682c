/** Limits of waiting between tries. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** First wait before a retry. **Units**: milliseconds. */
export const retryBaseMillis = 100

/** Longest wait before a retry, before jitter. **Units**: milliseconds. */
export const retryCapMillis = 5_000

/** How much a wait is stretched or shrunk at most, so that processes do not retry in step. */
export const retryJitter = 0.2

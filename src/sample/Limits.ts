/** Limits of sample traffic. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Messages in one publish request of sample traffic; the service takes 1000. */
export const publishRequestMessages = 1_000

/** Publish requests of sample traffic in flight at once. */
export const publishRequestsAtOnce = 4

/** First wait before sample traffic that was not accepted is published again. **Units**: milliseconds. */
export const publishRetryBaseMillis = 100

/** Longest such wait, before jitter. **Units**: milliseconds. */
export const publishRetryCapMillis = 2_000

/** For how long publishing sample traffic is tried again before it fails, as every command does. **Units**: seconds. */
export const publishRetrySeconds = 10

/** The time between two waves of sample traffic; short, so that the rate looks even. **Units**: milliseconds. */
export const trafficPaceMillis = 50

/** Messages in one wave of sample traffic at full speed; bounds its memory. */
export const trafficWaveMax = 8_000

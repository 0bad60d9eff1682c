/** Limits of what is measured. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Bucket boundaries of the time from receipt to durable effect: one write up to a long outage. **Units**: seconds. */
export const durableSecondsBoundaries: ReadonlyArray<number> = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
]

/** How often the event loop's lag is sampled. **Units**: milliseconds. */
export const eventLoopSampleMillis = 20

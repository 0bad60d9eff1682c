/** Limits of processing orders and payments. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** For how long the orders streams must be quiet before the orders watermark counts as caught up. */
export const caughtUpAfterMillis = 3_000

/** First wait before an early payment is looked up again. **Units**: milliseconds. */
export const recheckBaseMillis = 250

/** Longest wait before an early payment is looked up again, before jitter. **Units**: milliseconds. */
export const recheckCapMillis = 5_000

/** How often the waiting room looks for payments that are due. **Units**: milliseconds. */
export const waitingRoomTickMillis = 100

/** Early payments looked up in one batch. */
export const recheckBatch = 100

/** Batches of early payments looked up at once. */
export const recheckBatchesAtOnce = 4

/** How often the fact table is looked at for health; one small read. **Units**: seconds. */
export const factsLookSeconds = 5

/** How often the state of a subscription is read for health. **Units**: milliseconds. */
export const healthTickMillis = 500

/** When it is read first: a subscription that opens promptly is then open, not trouble. **Units**: milliseconds. */
export const healthFirstMillis = 100

/** How often a drain looks whether everything has its fate. **Units**: milliseconds. */
export const drainPollMillis = 100

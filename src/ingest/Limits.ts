/** Limits of processing orders and payments. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** For how long the orders streams must be quiet before the orders watermark counts as caught up. */
export const caughtUpAfterMillis = 3_000

/** First wait before an early payment is looked up again. **Units**: milliseconds. */
export const recheckBaseMillis = 250

/** Longest wait before an early payment is looked up again, before jitter. **Units**: milliseconds. */
export const recheckCapMillis = 5_000

/** How often the waiting room checks for payments that are due. **Units**: milliseconds. */
export const waitingRoomTickMillis = 100

/** Early payments looked up in one batch. */
export const recheckBatch = 100

/** Batches of early payments looked up at once. */
export const recheckBatchesAtOnce = 4

/** How often states of health are decided. **Units**: milliseconds. */
export const healthTickMillis = 500

/** When they are decided first: a subscription that opens promptly is then open. **Units**: milliseconds. */
export const healthFirstMillis = 100

/** How often the fact table is pinged for health; one small read. **Units**: milliseconds. */
export const pingMillis = 5_000

/** The same while something is wrong with it, so that two pings fall within an outage's window. **Units**: milliseconds. */
export const pingSoonMillis = 1_000

/** How often the dead-letter topic is checked; one small call. **Units**: milliseconds. */
export const topicCheckMillis = 10_000

/** The same while something is wrong with it, or it is missing. **Units**: milliseconds. */
export const topicCheckSoonMillis = 2_000

/** How long a part may be `starting`: a connection takes a second, one that was lost two. **Units**: milliseconds. */
export const startingMillis = 5_000

/**
 * For how long nothing must have succeeded before a part is unavailable, or some of it failed before it is degraded:
 * above the pause of a garbage collection, and several tries of a backoff. **Units**: milliseconds.
 */
export const outageMillis = 2_000

/** Batches that must have failed at their first try: one may be a row's own trouble, two are not of one row. */
export const outageFirstTries = 2

/** For how long a stream must be disconnected; a stream that is closed and opened takes one second. **Units**: milliseconds. */
export const disconnectedMillis = 3_000

/** For how long intake must stand still before it is paused; at a limit it does so for moments. **Units**: milliseconds. */
export const pausedMillis = 1_000

/**
 * For how long a failure counts: whatever failed is tried again within it, and has its answer.
 *
 * **Units**: milliseconds.
 */
export const evidenceMillis = 15_000

/**
 * For how long the evidence must be for a better state before it is shown: the first entry for a part that
 * has not relapsed, one that worsened after a recovery; the last one from its third relapse on. **Units**: milliseconds.
 */
export const recoveryMillis: ReadonlyArray<number> = [1_000, 4_000, 16_000, 60_000]

/** For how long a relapse counts. **Units**: milliseconds. */
export const relapseWithinMillis = 600_000

/** How often streams are read for metrics; well below the interval of scrapes. **Units**: milliseconds. */
export const readingTickMillis = 500

/** How often a drain checks whether everything has its fate. **Units**: milliseconds. */
export const drainPollMillis = 100

/** What a dry run remembers of the payments that it would have written. **Units**: bytes. */
export const dryWritesBytes = 64 * 1024 * 1024

/** How often a redrive with a rate tries some more: often enough to look steady, not a request for each letter. */
export const rateGrantsASecond = 10

/** Groups of dead letters that are told apart; whoever publishes to the topic can make any number of them. */
export const surveyGroupsMax = 1_000

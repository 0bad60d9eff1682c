/** Limits of the fact table. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** How long a host may take for one page of a full scan; above the server's own 10 s. **Units**: milliseconds. */
export const scanAnswerMillis = 12_000

/** Rows in one unlogged batch: Cassandra warns from 11 partitions on. **Units**: rows. */
export const batchRowsMax = 10

/** Values in one unlogged batch: Cassandra warns from 5 KiB on, its own overhead included. **Units**: bytes. */
export const batchBytesMax = 4 * 1024

/** Keys in one read. **Units**: rows. */
export const readKeysMax = 20

/** Rows in one page of a full scan. **Units**: rows. */
export const scanPageRows = 5_000

/** Refusals of one row before it is rejected: a node that restarts, or a changed table, is well again before. */
export const refusalsNeeded = 5

/** How long they must go on: longer than the nodes of a cluster differ about a table. **Units**: milliseconds. */
export const refusalMillis = 30_000

/** Hosts that must have refused the row, where there are so many. */
export const refusingHostsNeeded = 2

/**
 * How long a refusal is remembered: several times the longest backoff and answer between two tries.
 *
 * **Units**: milliseconds.
 */
export const refusalMemoryMillis = 60_000

/** Refused rows that are remembered, of each kind of request: above MAX_RETRYING; about 300 bytes each. **Units**: rows. */
export const refusedRowsMax = 10_000

/** Different refusals that are remembered of one row. */
export const refusalsOfRowMax = 4

/**
 * How long the request that shows whether a host takes other rows may delay the next try of a refused row, and how soon
 * after one in vain another is sent.
 *
 * **Units**: milliseconds.
 */
export const otherRowMillis = 1_000

/** For how long the last row that was taken may be sent again: later it may have expired, or been deleted. **Units**: milliseconds. */
export const otherRowAgeMillis = 600_000

/**
 * How long the row of a process stays in the progress table after it was written: longer than it takes until the
 * leases of a process that died have ended and its orders are with another. **Units**: seconds.
 */
export const progressTtlSeconds = 60

/** Orders that one row of the progress table names; 1,600 bytes. */
export const progressIdsMax = 200

/** How long a host may take for a statement on the progress table; a second host is asked within 10 s. **Units**: milliseconds. */
export const progressAnswerMillis = 3_000

/** How often a page of a scan for a payment is asked for before the scan ends: a scan takes minutes, a hiccup seconds. */
export const scanPageTries = 3

/** How long after a page that was not answered it is asked for again. **Units**: milliseconds. */
export const scanRetryMillis = 1_000

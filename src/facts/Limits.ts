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

/**
 * How long the row of a process stays in the progress table after it was written: longer than it takes until the
 * leases of a process that died have ended and its orders are with another. **Units**: seconds.
 */
export const progressTtlSeconds = 60

/** Orders that one row of the progress table names; 1,600 bytes. */
export const progressIdsMax = 200

/** How long a host may take for a statement on the progress table; a second host is asked within 10 s. **Units**: milliseconds. */
export const progressAnswerMillis = 3_000

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

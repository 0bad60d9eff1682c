/** Limits of a pipeline. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Batches of one subscription being worked on at once; writes in flight have their own limit. */
export const batchesAtOnce = 16

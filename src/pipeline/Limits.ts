/** Limits of a pipeline. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Batches of one subscription being worked on at once; writes in flight have their own limit. */
export const batchesAtOnce = 16

/**
 * Deliveries of one subscription whose dead letters are being published beside its slots; then batches keep theirs.
 * Two requests' worth: a topic that answers keeps up with less.
 */
export const publishingMax = 1_000

/** Limits of a pipeline. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Slots: batches of one subscription that are worked on at once. Writes in flight have their own limit. */
export const batchesAtOnce = 16

/**
 * Deliveries of one subscription whose dead letters are being published beside its slots. At this limit, batches keep
 * their slots. It is two requests' worth: a topic that answers needs less.
 */
export const publishingMax = 1_000

/**
 * How soon after one delivery of a group was tried alone in vain another one is: in an outage, that is one request more
 * each second. **Units**: milliseconds.
 */
export const scoutPauseMillis = 1_000

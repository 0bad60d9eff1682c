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

/** How often it is checked whether streams are drained. **Units**: milliseconds. */
export const drainPollMillis = 100

/** For how long nothing must come before a consumer counts as drained; Pub/Sub may take a second or two between batches. **Units**: milliseconds. */
export const drainQuietMillis = 3_000

/** How often it is checked whether a subscription that was opened is connected. **Units**: milliseconds. */
export const connectedPollMillis = 50

/** How often a waiting queue looks for deliveries that are due. **Units**: milliseconds. */
export const waitingTickMillis = 100

/** Waiting deliveries that are tried together. */
export const waitingBatch = 100

/** Deliveries of a consumer in backoff before its intake pauses, unless it says otherwise. */
export const consumerRetryingMax = 2_000

/** How long the stop of a consumer may take, unless it says otherwise; what is left is redelivered. **Units**: seconds. */
export const consumerStopSeconds = 20

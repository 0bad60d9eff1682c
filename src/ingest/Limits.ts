/**
 * Every limit that is not a setting, with its unit and its reason. `Limits.test.ts` asserts how they relate.
 */

/** One lease on a delivery; short, so that a killed process's messages come back soon. **Units**: seconds. */
export const leaseSeconds = 10

/** The longest a delivery is held before it is given up and released. **Units**: minutes. */
export const leaseTotalMinutes = 60

/** Requests in flight to one Cassandra host after which the driver refuses more. */
export const driverRequestsPerConnection = 2048

/** First wait before a retry. **Units**: milliseconds. */
export const retryBaseMillis = 100

/** Longest wait before a retry, before jitter. **Units**: milliseconds. */
export const retryCapMillis = 5_000

/** How much a wait is stretched or shrunk at most, so that processes do not retry in step. */
export const retryJitter = 0.2

/** Batches of one subscription being worked on at once; writes in flight have their own limit. */
export const batchesAtOnce = 16

/** Issues named in the error of one schema violation; keeps the text below a Pub/Sub attribute value's 1024 bytes. */
export const decodeIssuesShown = 4

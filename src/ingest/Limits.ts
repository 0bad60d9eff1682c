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

/** How often the state of a subscription is read for health. **Units**: milliseconds. */
export const healthTickMillis = 500

/** Bucket boundaries of the time from receipt to durable effect: one write up to a long outage. **Units**: seconds. */
export const durableSecondsBoundaries: ReadonlyArray<number> = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
]

/** How often a drain looks whether everything has its fate. **Units**: milliseconds. */
export const drainPollMillis = 100

/** Longest a client may take to send a whole request over HTTP. **Units**: milliseconds. */
export const httpRequestMillis = 5_000

/** Longest a client may take to send a request's headers. **Units**: milliseconds. */
export const httpHeadersMillis = 3_000

/** After which a silent HTTP connection is closed; above the usual scrape interval of 15 s. **Units**: milliseconds. */
export const httpIdleMillis = 30_000

/** HTTP connections at once; scrapers, probes and people's browsers need a few. */
export const httpConnectionsMax = 256

/** How long a stop waits for HTTP answers under way before it cuts them. **Units**: milliseconds. */
export const httpGraceMillis = 1_000

/** How often leases of held deliveries are extended; twice a lease, so that one late round loses none. **Units**: seconds. */
export const leaseExtendSeconds = leaseSeconds / 2

/** The longest delay of a release: Pub/Sub's longest ack deadline. **Units**: seconds. */
export const releaseDelayMaxSeconds = 600

/** For how long publishing is retried inside before its caller is told; a caller may wait for it. **Units**: seconds. */
export const publishPatienceSeconds = 5

/** How often the event loop's lag is sampled. **Units**: milliseconds. */
export const eventLoopSampleMillis = 20

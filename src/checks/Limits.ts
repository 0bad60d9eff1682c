/** Limits of checks. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** How many times something is read that a cluster does not answer: it may be of one moment. */
export const readTries = 3

/** How long is waited between them. **Units**: milliseconds. */
export const readTryMillis = 500

/**
 * The least deliveries after which Pub/Sub may give a message up itself: the most that it can be told, since each
 * release of ours counts as one.
 */
export const leastDeliveryAttempts = 100

/** For how long Pub/Sub may hold a released order back; well below the shortest grace that is safe. **Units**: seconds. */
export const longestBackoffSeconds = 10

/** For how long a source must keep messages: an outage that begins in the night is noticed within it. **Units**: days. */
export const leastRetentionDays = 1

/** How far the clocks of a cluster and of this machine may differ; far above what synchronised ones do. **Units**: milliseconds. */
export const clockOffsetMillis = 1_000

/** The oldest major version of Cassandra that shows its settings; tests run on 5. */
export const oldestCassandra = 4

/**
 * What a process needs beside the messages that it holds: its code, clients, connections and metrics. With the default
 * limits that makes the 256 MiB of heap with which it was measured. **Units**: bytes.
 */
export const processBaseBytes = 64 * 2 ** 20

/** The memory of a process per byte of its heap: buffers of the network, young objects and Node itself come on top. */
export const memoryFactor = 1.5

/** For how long verdicts are held up after a crash, at most: the life of a row of the progress table. **Units**: seconds. */
export const crashRedeliverySeconds = 60

/** The share of a container's memory that V8 takes for its heap unless it is told a size. */
export const v8HeapShare = 0.5

/** The most that it takes so, on a machine with less than 15 GiB. **Units**: bytes. */
export const v8HeapBytes = 2 * 2 ** 30

/**
 * How old something must be that an earlier `doctor --live` has made, before it counts as left behind: far above the
 * minute that a proof takes, and above what clocks differ by. **Units**: milliseconds.
 */
export const scratchLeftMillis = 3_600_000

/** For how long a scratch subscription keeps messages, should it be left behind: the least that Pub/Sub takes, doubled. **Units**: minutes. */
export const scratchRetentionMinutes = 20

/** Orders of which `doctor --live` measures the time to their row, and as many payments: enough for a 99th percentile. */
export const livePairs = 100

/** How far apart they are published: a rate that any deployment takes. **Units**: milliseconds. */
export const livePaceMillis = 20

/** For how long the proofs may go on; above a lease that ends, and what it takes to deliver its message again. **Units**: seconds. */
export const liveProofSeconds = 22

/** How often is looked whether something has come about. **Units**: milliseconds. */
export const livePollMillis = 25

/** How long it may take until a first delivery has come, whose lease is to be lost. **Units**: seconds. */
export const liveDeliverySeconds = 8

/** The grace of a proof at least: it must not end while an order is published. **Units**: seconds. */
export const liveGraceSeconds = 30

/** How long what is in flight may take to end after the proofs. **Units**: seconds. */
export const liveShutdownSeconds = 3

/** How long the making of scratch things, and their removal, may take each. **Units**: seconds. */
export const scratchSeconds = 10

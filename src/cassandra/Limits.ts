/** Limits towards Cassandra. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Requests in flight to one Cassandra host after which the driver refuses more. */
export const driverRequestsPerConnection = 2048

/** How long one attempt to connect to Cassandra may take. **Units**: seconds. */
export const connectSeconds = 10

/** How long a Cassandra host may take to answer; above the server's own 2 s (write) and 5 s (read). **Units**: milliseconds. */
export const answerMillis = 6_000

/** First wait before the driver reconnects to a host. **Units**: milliseconds. */
export const reconnectBaseMillis = 250

/** Longest wait before the driver reconnects to a host (its own default is 10 minutes). **Units**: milliseconds. */
export const reconnectCapMillis = 5_000

/** How long a close waits for statements in flight; callers repeat what is lost then. **Units**: seconds. */
export const drainSeconds = 3

/** Statements in flight at most, unless told otherwise: well below what the driver takes. **Units**: statements. */
export const inFlightMax = 512

/** What slowness never takes of the limit in flight: one batch, and a few reads beside it. **Units**: statements. */
export const inFlightMin = 16

/** An answer after which Cassandra counts as slow: a quarter of the 2 s its own write timeout gives. **Units**: milliseconds. */
export const slowAnswerMillis = 500

/** The share of slow answers above which fewer statements are sent; a pause of the server now and then is below it. */
export const slowAnswerShare = 0.25

/** How long answers are counted before the limit in flight moves; many answers, and few falls in one stall. **Units**: milliseconds. */
export const limitWindowMillis = 500

/** Statements without which no window is judged: one slow answer of three says little. */
export const limitWindowStatements = 20

/** What a time-out, an overload or slow answers leave of the limit. */
export const decreaseFactor = 0.5

/** The share of their latency that answers must not exceed after a fall, to show that they had waited in a queue. */
export const improvedShare = 0.75

/** How much slower answers must get than fewer statements could not help, before fewer are tried again. */
export const worseFactor = 1.5

/** What a good window gives back, of the greatest limit: all of it takes 25 s. */
export const increaseShare = 0.02

/** A latency below which one host is as good as another: what differs is noise, or the way. **Units**: milliseconds. */
export const latencyFloorMillis = 20

/** How fast a host's bad latency is forgotten; one 15 times too slow is tried again after 14 s. **Units**: milliseconds. */
export const latencyDecayMillis = 5_000

/** What an answer counts at least that says that the host cannot serve, so that failing fast draws no load. **Units**: milliseconds. */
export const failedAnswerMillis = 1_000

/** How often it is checked which hosts answer. **Units**: milliseconds. */
export const hostTickMillis = 100

/** After so long without an answer a host is asked for a sign of life: a garbage collection is mostly shorter. **Units**: milliseconds. */
export const suspectMillis = 250

/** After so long it is silent, if its sign of life is missing too and another host answers. **Units**: milliseconds. */
export const silentMillis = 600

/** The same in a slow cluster, as a multiple of what an answer of another host takes. */
export const silentFactor = 3

/** How often a silent host is asked for a sign of life at most. **Units**: milliseconds. */
export const probeMillis = 500

/** How long a sign of life is waited for; one is under way at a time. **Units**: milliseconds. */
export const probeTimeoutMillis = 2_000

/** How long no host must have answered before the cluster is looked for anew: below the answer's own limit. **Units**: milliseconds. */
export const lostMillis = 5_000

/** The same where the driver says by itself that it has no connection. **Units**: milliseconds. */
export const disconnectedMillis = 2_000

/** How long a connection waits that somebody has to fix something for: many logins that fail lock a role. **Units**: milliseconds. */
export const refusedMillis = 20_000

/** How often it is checked whether the cluster is lost. **Units**: milliseconds. */
export const lostTickMillis = 1_000

/** The life of the migration lock of a process that died; migrations are quick. **Units**: seconds. */
export const migrationLockSeconds = 30

/** How often a process that waits for the migration lock tries to take it. **Units**: milliseconds. */
export const migrationLockRetryMillis = 500

/** How often, and how many times, the migrator checks for a keyspace that is being created. **Units**: milliseconds. */
export const keyspacePollMillis = 250

/** See {@link keyspacePollMillis}; together 5 s. */
export const keyspacePolls = 20

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

/** How often the fact table is looked at for health; one small read. **Units**: seconds. */
export const factsLookSeconds = 5

/** How often the state of a subscription is read for health. **Units**: milliseconds. */
export const healthTickMillis = 500

/** When it is read first: a subscription that opens promptly is then open, not trouble. **Units**: milliseconds. */
export const healthFirstMillis = 100

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

/**
 * How often leases of held deliveries are extended. So often that a request without an answer leaves time for a second
 * one: this, a tick, a call, a tick and a call end before the lease does. **Units**: seconds.
 */
export const leaseExtendSeconds = 3

/** How long a request to extend leases may go unanswered before another is sent beside it. **Units**: seconds. */
export const leaseCallSeconds = 2

/** The longest delay of a release: Pub/Sub's longest ack deadline. **Units**: seconds. */
export const releaseDelayMaxSeconds = 600

/** For how long publishing is retried inside before its caller is told; a caller may wait for it. **Units**: seconds. */
export const publishPatienceSeconds = 5

/** How often the event loop's lag is sampled. **Units**: milliseconds. */
export const eventLoopSampleMillis = 20

/** How long one attempt to connect to Cassandra may take; commands give up after it. **Units**: seconds. */
export const cassandraConnectSeconds = 10

/** How long a Cassandra host may take to answer; above the server's own 2 s (write) and 5 s (read). **Units**: milliseconds. */
export const cassandraAnswerMillis = 6_000

/** How long a host may take for one page of a full scan; above the server's own 10 s. **Units**: milliseconds. */
export const cassandraScanMillis = 12_000

/** First wait before the driver reconnects to a host. **Units**: milliseconds. */
export const cassandraReconnectBaseMillis = 250

/** Longest wait before the driver reconnects to a host (its own default is 10 minutes). **Units**: milliseconds. */
export const cassandraReconnectCapMillis = 5_000

/** How long a close waits for statements in flight; what their callers gave up is done again anyway. **Units**: seconds. */
export const cassandraDrainSeconds = 3

/** What slowness never takes of MAX_IN_FLIGHT_WRITES: one batch, and a few reads beside it. **Units**: statements. */
export const inFlightWritesMin = 16

/** An answer after which Cassandra counts as slow: a quarter of the 2 s its own write timeout gives. **Units**: milliseconds. */
export const slowAnswerMillis = 500

/** The share of slow answers above which fewer statements are sent; a pause of the server now and then is below it. */
export const slowShare = 0.25

/** How long answers are counted before the limit in flight moves; many answers, and few falls in one stall. **Units**: milliseconds. */
export const limitWindowMillis = 500

/** Statements without which no window is judged: one slow answer of three says little. */
export const limitWindowStatements = 20

/** What a time-out, an overload or slow answers leave of the limit. */
export const limitFall = 0.5

/** The share of their latency that answers must not exceed after a fall, to show that they had waited in a queue. */
export const limitFallHelped = 0.75

/** How much slower answers must get than fewer statements could not help, before fewer are tried again. */
export const limitWorse = 1.5

/** What a good window gives back, of the greatest limit: all of it takes 25 s. */
export const limitClimb = 0.02

/** Rows in one unlogged batch: Cassandra warns from 11 partitions on. **Units**: rows. */
export const batchRowsMax = 10

/** Values in one unlogged batch: Cassandra warns from 5 KiB on, its own overhead included. **Units**: bytes. */
export const batchBytesMax = 4 * 1024

/** Keys in one read. **Units**: rows. */
export const readKeysMax = 20

/** Rows in one page of a full scan. **Units**: rows. */
export const scanPageRows = 5_000

/** After which the migration lock of a process that died is free again; migrations are quick. **Units**: seconds. */
export const migrationLockSeconds = 30

/** Network streams of one subscription on the service; few, so that each one's share of the limits fits any message. */
export const streamsOnService = 4

/** Network streams of one subscription on an emulator, which sends 100 messages per 50 ms and stream. */
export const streamsOnEmulator = 20

/** The least bytes a network stream is opened with, so that the largest message (10 MB) fits. **Units**: bytes. */
export const streamMinBytes = 10 * 1024 * 1024

/** How often a message is written to each stream, which the service closes as idle otherwise. **Units**: seconds. */
export const heartbeatSeconds = 30

/** How long the service may take to answer a heartbeat before the stream is rebuilt. **Units**: seconds. */
export const heartbeatAnswerSeconds = 15

/**
 * What may be on the wire from the service, a connection and a stream. With HTTP/2's 64 KiB a server 500 ms away sends
 * so slowly that leases run out on the way; more would only be memory. **Units**: bytes.
 */
export const flowControlWindowBytes = 4 * 1024 * 1024

/** How often a silent connection to the service is pinged. **Units**: seconds. */
export const keepAliveSeconds = 30

/** The same on an emulator, which hangs up on a client that pings more often than every 5 minutes. **Units**: seconds. */
export const keepAliveEmulatorSeconds = 310

/** How long a ping may stay unanswered before the connection counts as dead. **Units**: seconds. */
export const keepAliveAnswerSeconds = 10

/** How long a call may stay unanswered, with nothing else heard, before its connection counts as broken; far above a round trip. **Units**: seconds. */
export const connectionAnswerSeconds = 2

/** How long so before the connection is replaced by a new one; a server that is merely slow is not left. **Units**: seconds. */
export const connectionRenewSeconds = 10

/** How long quiet may go unproven while somebody reads the status: then one small question is asked. **Units**: milliseconds. */
export const connectionProofMillis = 3_000

/** A stream that lived this long, or delivered, is reopened at once; others wait longer each time. **Units**: milliseconds. */
export const streamProvenMillis = 10_000

/** Age at which a stream without an answer counts as open; a refusal comes sooner. **Units**: milliseconds. */
export const streamOpenMillis = 1_000

/** How long a stream that is being closed may still deliver what is on the wire. **Units**: milliseconds. */
export const streamRetireMillis = 2_500

/** How long settled deliveries wait for others to share a request. **Units**: milliseconds. */
export const settleDelayMillis = 10

/** For how long settling is tried again before it counts as lost. **Units**: seconds. */
export const settlePatienceSeconds = 60

/** How long closing a subscription takes at most: reading what is on the wire, and settling what is left. **Units**: seconds. */
export const closePatienceSeconds = 5

/** Acknowledgement ids in one request; Google's own clients send no more. */
export const ackRequestMaxIds = 2_500

/** Their bytes: the service takes 512 KiB a request, the subscription's name included. **Units**: bytes. */
export const ackRequestMaxBytes = 500 * 1024

/** What an acknowledgement id adds to a request beside its text. **Units**: bytes. */
export const ackIdOverheadBytes = 4

/** Requests of one settling in flight at once. Extensions of leases do not wait for each other. */
export const ackRequestsAtOnce = 4

/** How long one request to settle may take. **Units**: seconds. */
export const ackCallSeconds = 5

/** How often held deliveries are looked through for leases to extend. **Units**: milliseconds. */
export const leaseTickMillis = 1_000

/** How long dead letters wait for others to share a request. **Units**: milliseconds. */
export const deadLetterDelayMillis = 20

/** Dead letters that wait for no others; the service takes 1000 in a request. */
export const deadLettersEnough = 500

/** Messages in one publish request of sample traffic; the service takes 1000. */
export const publishRequestMessages = 1_000

/** Publish requests of sample traffic in flight at once. */
export const publishRequestsAtOnce = 4

/** First wait before sample traffic that was not accepted is published again. **Units**: milliseconds. */
export const publishRetryBaseMillis = 100

/** Longest such wait, before jitter. **Units**: milliseconds. */
export const publishRetryCapMillis = 2_000

/** For how long publishing sample traffic is tried again before it fails, as every command does. **Units**: seconds. */
export const publishRetrySeconds = 10

/** The time between two waves of sample traffic; short, so that the rate looks even. **Units**: milliseconds. */
export const trafficPaceMillis = 50

/** Messages in one wave of sample traffic at full speed; bounds its memory. */
export const trafficWaveMax = 8_000

/** Messages handed to the publisher and not yet answered; above it, publishing waits. */
export const publishOutstandingMessages = 20_000

/** Their bytes; several requests of the largest size (10 MB). **Units**: bytes as encoded. */
export const publishOutstandingBytes = 64 * 1024 * 1024

/** How long one publish request may take; 10 MB over a slow line. **Units**: seconds. */
export const publishCallSeconds = 10

/** How long a question about topics and subscriptions, or their creation, may take. **Units**: seconds. */
export const topologyCallSeconds = 10

/** Subscriptions of a topic that are listed; more than anybody has for one. */
export const topologyListMax = 100

/** How often, and how many times, a keyspace that is being created is looked for. **Units**: milliseconds. */
export const keyspaceLookMillis = 250

/** See {@link keyspaceLookMillis}; together 5 s. */
export const keyspaceLooks = 20

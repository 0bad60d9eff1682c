/** Limits towards Pub/Sub. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** One lease on a delivery; short, so that a killed process's messages come back soon. **Units**: seconds. */
export const leaseSeconds = 10

/**
 * For how long what was given back or lost counts as not handed over: longer than it takes until another process has
 * received it, and shows it. **Units**: seconds.
 */
export const givenBackSeconds = 60

/** The longest a delivery is held before it is given up and released. **Units**: minutes. */
export const leaseTotalMinutes = 60

/**
 * How often leases of held deliveries are extended. So often that a request without an answer leaves time for a second
 * one: this, a tick, a call, a tick and a call end before the lease does. **Units**: seconds.
 */
export const leaseExtendSeconds = 3

/** How long a request to extend leases may go unanswered before another is sent beside it. **Units**: seconds. */
export const leaseCallSeconds = 2

/** Ack ids held without their deliveries; 22 MB with ids of 176 characters, as measured. */
export const heldIdsMax = 100_000

/** Their lease; longer than that of deliveries, so that 100,000 of them cost few requests. **Units**: seconds. */
export const heldIdsLeaseSeconds = 60

/** How often their lease is extended. **Units**: seconds. */
export const heldIdsExtendSeconds = 20

/** The longest delay of a release: Pub/Sub's longest ack deadline. **Units**: seconds. */
export const releaseDelayMaxSeconds = 600

/** For how long publishing is retried inside before its caller is told; a caller may wait for it. **Units**: seconds. */
export const publishTimeoutSeconds = 5

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

/** How far lines at Info about a replaced connection are apart at least; in an outage it is replaced every few seconds. **Units**: milliseconds. */
export const connectionNewsMillis = 300_000

/** How long quiet may go unproven while somebody waits for it: then one small question is asked. **Units**: milliseconds. */
export const connectionProofMillis = 3_000

/**
 * How long a server may go on sending into a stream that is dead, before it notices. What it sends comes again when its
 * lease ends: until then quiet means nothing. **Units**: seconds.
 */
export const deadStreamSeconds = 15

/** How long quiet may go unproven while nobody waits for it: by then a source that can deliver nothing any more is noticed. **Units**: milliseconds. */
export const sourceProofMillis = 60_000

/** A stream that lived this long, or delivered, is reopened at once; others wait longer each time. **Units**: milliseconds. */
export const streamProvenMillis = 10_000

/** Age at which a stream without an answer counts as open; a refusal comes sooner. **Units**: milliseconds. */
export const streamOpenMillis = 1_000

/** How long a stream that is being closed may still deliver what is on the wire. **Units**: milliseconds. */
export const streamRetireMillis = 2_500

/** Deliveries of several server batches that are handed over as one; as many as an emulator sends in one batch. */
export const handOverMax = 100

/** How long settled deliveries wait for others to share a request. **Units**: milliseconds. */
export const settleDelayMillis = 10

/**
 * How long acknowledgements wait for others while they are few, where a program asks for it: a request costs as much as
 * a hundred messages in it. Far below a lease, which is extended meanwhile. **Units**: milliseconds.
 */
export const ackGatherMillis = 100

/** Deliveries whose acknowledgements wait at most; above it they are not few, and go at once. */
export const ackGatherMax = 250

/** Callers who wait at most for such an acknowledgement; fewer than a pipeline has slots, which they keep meanwhile. */
export const ackGatherCallers = 8

/** For how long settling is tried again before it counts as lost. **Units**: seconds. */
export const settleTimeoutSeconds = 60

/** How long closing a subscription takes at most: reading what is on the wire, and settling what is left. **Units**: seconds. */
export const closeTimeoutSeconds = 5

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

/** Messages handed to the publisher and not yet answered; above it, publishing waits. */
export const publishOutstandingMessages = 20_000

/** Their bytes; several requests of the largest size (10 MB). **Units**: bytes as encoded. */
export const publishOutstandingBytes = 64 * 1024 * 1024

/** How long one publish request may take; 10 MB over a slow line. **Units**: seconds. */
export const publishCallSeconds = 10

/** How long a question about topics and subscriptions, or their creation, may take. **Units**: seconds. */
export const adminCallSeconds = 10

/** Subscriptions of a topic that are listed; more than anybody has for one. */
export const adminListMax = 100

/** Topics, or subscriptions, of a project that are read to find those of a prefix: as many as Pub/Sub allows in one. */
export const adminProjectMax = 10_000

/** How many of them one request is answered with: the most that Pub/Sub gives. */
export const adminProjectPage = 1_000

/** Limits of processing orders and payments. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** For how long the orders streams must be quiet before the orders watermark counts as caught up. */
export const caughtUpAfterMillis = 3_000

/** How often the row of this process is renewed in the progress table. **Units**: milliseconds. */
export const progressRenewMillis = 3_000

/** How often it is written at most, because what it says has changed. **Units**: milliseconds. */
export const progressChangeMillis = 1_000

/** How often the progress table is read while payments wait that are old enough; else as often as it is renewed. **Units**: milliseconds. */
export const progressReadMillis = 1_000

/**
 * Within which time a row of the progress table must have been seen to change: three renewals. A process that is stuck
 * holds verdicts up from then on, until its row is gone. **Units**: milliseconds.
 */
export const progressSeenMillis = 10_000

/**
 * For how long a row that has expired still holds verdicts up: a process that was frozen for as long as its row lives may
 * have been sent an order until it woke, and that comes again when its lease ends. **Units**: milliseconds.
 */
export const expiredRowMillis = 20_000

/**
 * How long after the beginning of a reading a dead letter may be handed to the publisher, which tries for 5 s: it is
 * published within 10 s of the reading. **Units**: milliseconds.
 */
export const verdictMillis = 4_000

/**
 * After so long without a renewal a process gives back the orders that it has had for so long; well before its row is
 * gone, so that they are with another by then. **Units**: milliseconds.
 */
export const earlyReleaseMillis = 20_000

/** Orders held for longer than that although they were to be given back: then the streams are closed. **Units**: milliseconds. */
export const earlyReleaseLateMillis = 30_000

/** How long what is in flight may take to end when the streams are closed; the rest is given back. **Units**: milliseconds. */
export const earlyCloseMillis = 5_000

/** Renewals after which a process that closed its streams opens them again. */
export const renewalsToReopen = 2

/** Messages outstanding at most when they are opened again; doubled with each renewal. */
export const reopenedOutstanding = 20

/** After so long without a word of Pub/Sub, although asked, a process stops renewing its row. **Units**: milliseconds. */
export const unheardMillis = 20_000

/** A gap in the monotonic clock that counts as a freeze; far above a garbage collection. **Units**: milliseconds. */
export const freezeMillis = 5_000

/** How long after a freeze the row is not renewed: what came meanwhile is read first. **Units**: milliseconds. */
export const thawMillis = 3_000

/** Failed tries after which an order is told to the others by its id: from the third one on. */
export const toldByIdAfterFailures = 2

/** How long the last row of a process that stops may take. **Units**: milliseconds. */
export const lastRowMillis = 1_500

/** How often a process checks whether it has renewed its row, was frozen, or hears Pub/Sub. **Units**: milliseconds. */
export const progressTickMillis = 500

/** First wait before an early payment is looked up again. **Units**: milliseconds. */
export const recheckBaseMillis = 250

/** Longest wait before an early payment is looked up again, before jitter. **Units**: milliseconds. */
export const recheckCapMillis = 5_000

/** How often the waiting room checks for payments that are due. **Units**: milliseconds. */
export const waitingRoomTickMillis = 100

/** Early payments looked up in one batch. */
export const recheckBatch = 100

/** Batches of early payments looked up at once. */
export const recheckBatchesAtOnce = 4

/** How often states of health are decided. **Units**: milliseconds. */
export const healthTickMillis = 500

/** When they are decided first: a subscription that opens promptly is then open. **Units**: milliseconds. */
export const healthFirstMillis = 100

/** How often the fact table is pinged for health; one small read. **Units**: milliseconds. */
export const pingMillis = 5_000

/** The same while something is wrong with it, so that two pings fall within an outage's window. **Units**: milliseconds. */
export const pingSoonMillis = 1_000

/** How often the dead-letter topic is checked; one small call. **Units**: milliseconds. */
export const topicCheckMillis = 10_000

/** The same while something is wrong with it, or it is missing. **Units**: milliseconds. */
export const topicCheckSoonMillis = 2_000

/** How long a part may be `starting`: a connection takes a second, one that was lost two. **Units**: milliseconds. */
export const startingMillis = 5_000

/**
 * For how long nothing must have succeeded before a part is unavailable, or some of it failed before it is degraded:
 * above the pause of a garbage collection, and several tries of a backoff. **Units**: milliseconds.
 */
export const outageMillis = 2_000

/** Batches that must have failed at their first try: one may be a row's own trouble, two are not of one row. */
export const outageFirstTries = 2

/** For how long a stream must be disconnected; a stream that is closed and opened takes one second. **Units**: milliseconds. */
export const disconnectedMillis = 3_000

/** For how long intake must stand still before it is paused; at a limit it does so for moments. **Units**: milliseconds. */
export const pausedMillis = 1_000

/**
 * For how long a failure counts: whatever failed is tried again within it, and has its answer.
 *
 * **Units**: milliseconds.
 */
export const evidenceMillis = 15_000

/**
 * For how long the evidence must be for a better state before it is shown: the first entry for a part that
 * has not relapsed, one that worsened after a recovery; the last one from its third relapse on. **Units**: milliseconds.
 */
export const recoveryMillis: ReadonlyArray<number> = [1_000, 4_000, 16_000, 60_000]

/** For how long a relapse counts. **Units**: milliseconds. */
export const relapseWithinMillis = 600_000

/** How often streams are read for metrics; well below the interval of scrapes. **Units**: milliseconds. */
export const readingTickMillis = 500

/**
 * Dead letters that are logged one by one, in a second, at Info: enough to see which they are, and no flood when a
 * publisher sends nothing else.
 */
export const deadLetterLinesPerSecond = 10

/** How often those that were not logged one by one are counted in a line. **Units**: milliseconds. */
export const deadLetterCountsMillis = 10_000

/** What a dry run remembers of the payments that it would have written. **Units**: bytes. */
export const dryWritesBytes = 64 * 1024 * 1024

/** How often a redrive with a rate tries some more: often enough to look steady, not a request for each letter. */
export const rateGrantsASecond = 10

/** The shortest interval of the redrives of `run`: one that finds nothing takes half of it. **Units**: seconds. */
export const redriveIntervalMinSeconds = 10

/** The longest: below what the shortest retention of a subscription leaves time for. **Units**: hours. */
export const redriveIntervalMaxHours = 24

/** How much an interval is stretched or shortened at random, as a share: processes that start together spread over it. */
export const redriveJitter = 0.5

/**
 * Dead letters a second that `run` redrives by itself: a tenth of them, tried together, takes a fiftieth of the places of
 * its write queue.
 */
export const redriveRate = 100

/** For how long a redrive of `run` asks a table that does not answer; then the next interval. **Units**: milliseconds. */
export const redrivePatienceMillis = 10_000

/** Dead letters that a redrive of `run` has received and not tried: those of two seconds, at its rate. */
export const redriveOutstandingMessages = 200

/** Their bytes: above the largest message of Pub/Sub. **Units**: bytes, attributes and ids included. */
export const redriveOutstandingBytes = 16 * 1024 * 1024

/** Network streams of a redrive of `run`: one carries more than its rate. */
export const redriveStreams = 1

/** Groups of dead letters that are told apart; whoever publishes to the topic can make any number of them. */
export const surveyGroupsMax = 1_000

/** Whole rows of orders that are read at once to learn how late they were; what is in flight is bounded in the store. */
export const orderReadsAtOnce = 32

/** Which share of the payments whose order came late the advised grace would have matched: the rest is the long tail. */
export const advisedShare = 0.95

/** How many times as many must come as ever before in as long a time, to be a step in their rate. */
export const stepFactor = 3

/** How many there must be since a step: fewer come together by chance. */
export const stepLeast = 5

/** How much likelier a step must make what happened, as a natural logarithm: chance comes to that once in thousands. */
export const stepEvidence = 10

/** Dead letters that a discard acknowledges in one request, after each of which it may be stopped: as many as one takes. */
export const discardBatch = 2_500

/** Messages that a look-up answers with: one order may have any number of payments. */
export const lookUpAnswersMax = 100

/** How long a look-up waits for Pub/Sub to say that nothing else is on its way. **Units**: milliseconds. */
export const lookUpProbeMillis = 2_000

/** How long somebody who looks at the page waits for the table; the rest of the answer is there without it. **Units**: milliseconds. */
export const rowLookUpMillis = 3_000

/** Rows that a look-up reads: more than one for a payment is a publisher's mistake. */
export const rowsLookedUpMax = 10

/** Limits of the commands that are not settings, each with its unit and its reason. */

/** How long payments wait in the demo, short, so that dead letters show soon. **Units**: seconds. */
export const demoGraceSeconds = 3

/** Messages a second in the demo by default. */
export const demoRate = 200

/** For how long commands other than `run` wait for a server that does not answer. **Units**: seconds. */
export const serverTimeoutSeconds = 10

/** Statements a command other than `run` has in flight at Cassandra. */
export const commandStatementsAtOnce = 4

/** The ack deadline of the subscriptions `setup` creates; leases are set for each delivery nevertheless. **Units**: seconds. */
export const setupAckDeadlineSeconds = 60

/** How long the subscriptions `setup` creates keep messages; Pub/Sub's default. **Units**: days. */
export const retentionDays = 7

/** How long the dead letters' subscription keeps them: the longest Pub/Sub allows. **Units**: days. */
export const retentionLongestDays = 31

/** How often the live line on a terminal is redrawn. **Units**: milliseconds. */
export const progressLiveMillis = 200

/** How often a line about progress is written where there is no terminal. **Units**: seconds. */
export const progressSummarySeconds = 10

/** Statements a command has in flight that works on dead letters: beside `run`, which has 512. */
export const redriveStatementsAtOnce = 32

/** How many of the newest dead letters `dlq list` shows unless it is told otherwise. */
export const newestShown = 20

/** The most that it can be told: a screen of so many is no list any more. */
export const newestShownMax = 10_000

/** How much of a message's data `dlq show` prints; `--json` prints all. **Units**: bytes. */
export const dataShownBytes = 64 * 1024

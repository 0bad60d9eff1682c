/** Limits of the commands that are not settings, each with its unit and its reason. */

/** How long payments wait in the demo, short, so that dead letters show soon. **Units**: seconds. */
export const demoGraceSeconds = 3

/**
 * How much later than its payment a late order comes in a demo without numbers: above the grace, and the seconds until
 * the orders are known to be read. **Units**: seconds.
 */
export const demoLateSeconds = 12

/** Messages a second in the demo by default. */
export const demoRate = 200

/** For how long commands other than `run` wait for a server that does not answer. **Units**: seconds. */
export const serverTimeoutSeconds = 10

/**
 * For how long `run --drain` waits for what does not answer, at its start or later: above a restart of Cassandra, well
 * below the interval at which such jobs are started. **Units**: seconds.
 */
export const drainTimeoutSeconds = 120

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

/** How often the live view of `run` and `demo` is drawn anew: as often as there is a frame. **Units**: milliseconds. */
export const liveViewMillis = 1_000

/** Lines that the sentence of the live view has at most; the whole of it is on the page. */
export const sentenceLinesMax = 3

/** How often a line about progress is written where there is no terminal, if anything has changed. **Units**: seconds. */
export const progressSummarySeconds = 10

/** The same of `run`, which has no end; `/metrics` has the numbers at any time. **Units**: seconds. */
export const runSummarySeconds = 60

/** Demos that run in one folder at a time, each with a file of its own; more than a person starts by mistake. */
export const demosAtOnce = 9

/** How long Pub/Sub may take to say how long a subscription keeps messages, before the usual time is taken. **Units**: seconds. */
export const retentionAnswerSeconds = 3

/** For how long Cassandra must refuse the credentials, and say nothing else, before `run` ends. **Units**: minutes. */
export const loginRefusedMinutes = 5

/** How often that is looked at; well below the time between two tries. **Units**: seconds. */
export const loginTickSeconds = 5

/** Statements a command has in flight that works on dead letters: beside `run`, which has 512. */
export const redriveStatementsAtOnce = 32

/** How many of the newest dead letters `dlq list` shows unless it is told otherwise. */
export const newestShown = 20

/** The most that it can be told: a screen of so many is no list any more. */
export const newestShownMax = 10_000

/** How much of a message's data `dlq show` prints; `--json` prints all. **Units**: bytes. */
export const dataShownBytes = 64 * 1024

/** How many lines of a file a message names; who wants all can see them in the file. */
export const linesNamed = 10

/** What a process answers to a look-up at most: 100 messages, each with a reason. **Units**: bytes. */
export const lookUpAnswerBytes = 4 * 1024 * 1024

/** Dead letters that `where` names; of the others it tells how many there are. */
export const whereLettersShown = 10

/** Rows that `where` reads and names of those that hold a payment; more than one is a publisher's mistake. */
export const whereRowsShown = 10

/** How long `health` waits for an answer; container platforms give a probe 5 to 30 s. **Units**: seconds. */
export const healthTimeoutSeconds = 5

/** What a process answers to `health` at most: four parts with their reasons. **Units**: bytes. */
export const healthAnswerBytes = 256 * 1024

/** How long `incident` waits for the file: the checks and the way of 2 MB through a slow tunnel. **Units**: seconds. */
export const incidentSeconds = 30

/** How long the checks of an incident file may take with one server: an incident is saved while servers are away. **Units**: seconds. */
export const incidentGroupSeconds = 4

/** What a process answers with its incident at most: 2 MiB of frames, dead letters, and the page. **Units**: bytes. */
export const incidentBytes = 16 * 1024 * 1024

/**
 * How long the making of scratch things and the proofs on them may take together: with the connecting before it, and the
 * removal after it, a minute. **Units**: seconds.
 */
export const liveSeconds = 40

/** Limits of what is measured. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Bucket boundaries of the time from receipt to durable effect: one write up to a long outage. **Units**: seconds. */
export const durableSecondsBoundaries: ReadonlyArray<number> = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800
]

/** Bucket boundaries of the time in the waiting room: an order a moment late, up to a long outage. **Units**: seconds. */
export const waitSecondsBoundaries: ReadonlyArray<number> = [
  0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 45, 60, 120, 300, 900, 3600
]

/**
 * The window of which the event loop's lag is shown; as long as scrapes are apart at most, so that none misses a peak.
 *
 * **Units**: milliseconds.
 */
export const eventLoopWindowMillis = 60_000

/**
 * How often the event loop's lag is sampled: 600 samples in a window. Each wakes up a process that has nothing to do.
 *
 * **Units**: milliseconds.
 */
export const eventLoopSampleMillis = 100

/** Changes of health that a slow subscriber may be behind before it misses the oldest; no state lasts under a second. */
export const healthChangesKept = 64

/** How often signs of life are looked at. **Units**: milliseconds. */
export const watchdogMillis = 1_000

/**
 * Looks without a new sign of life after which a loop counts as standing still: well above the longest pause of any
 * loop, which is that between two tries to connect.
 */
export const watchdogTicks = 60

/**
 * Samples of which the saturation is the mean, one each half second: a moment in which every slot is busy is no reason
 * for another process, and an autoscaler reads a gauge every 15 s or so.
 */
export const saturationSamples = 30

/** How often a frame is made; what the page asks for. **Units**: milliseconds. */
export const frameMillis = 1_000

/** Frames that are kept: those of an hour. */
export const framesMax = 3_600

/** What they may take together, as long reasons of a long outage would make more. **Units**: bytes of text. */
export const framesBytesMax = 2 * 1024 * 1024

/** Frames in one answer, so that 256 slow readers together hold a bounded share of memory. */
export const framesPerAnswer = 300

/** What is shown of a reason at most. **Units**: characters. */
export const frameTextMax = 400

/** Frames over which a rate is taken: short enough to follow, long enough not to jump. */
export const rateFrames = 5

/** Frames over which the 99th percentile is taken; few deliveries would make it jump. */
export const quantileFrames = 60

/** Dead letters that are remembered: what a person looks through. The dead-letter subscription has all. */
export const recentDeadLettersMax = 100

/** What is remembered of one of a dead letter's texts at most. **Units**: characters. */
export const deadLetterTextMax = 300

/** For how long verdicts are held up before it is worth a sentence: one restart takes a minute. **Units**: seconds. */
export const heldUpShownSeconds = 90

/** Processes of the progress table that are shown; those of one subscription are few. */
export const processesShown = 100

/** Links of one span at most: the limit of OpenTelemetry's own libraries. */
export const spanLinksMax = 128

/** Spans in one request: encoding them, with 50 links each, keeps the event loop for 8 ms as protobuf, 1 ms as JSON. */
export const spansPerRequest = 32

/** What may wait to be sent to a collector, those of the request under way apart. **Units**: bytes as encoded. */
export const spanBytesMax = 8 * 1024 * 1024

/** Requests with metrics that may wait: a newer one says all that an older one does. */
export const metricsRequestsMax = 1

/** How long a collector may take for its answer: what OpenTelemetry's own libraries give it. **Units**: milliseconds. */
export const collectorAnswerMillis = 10_000

/** The wait before the second try at a collector. **Units**: milliseconds. */
export const collectorRetryBaseMillis = 1_000

/** The longest wait between two tries, before jitter. **Units**: milliseconds. */
export const collectorRetryCapMillis = 30_000

/** How long the last spans may take when the process stops: supervisors wait for little more. **Units**: milliseconds. */
export const lastSpansMillis = 500

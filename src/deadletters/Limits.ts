/** Limits of publishing dead letters. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** How long dead letters wait for others to share a request. **Units**: milliseconds. */
export const deadLetterDelayMillis = 20

/** So many dead letters do not wait for more; the service takes 1000 in a request. */
export const deadLettersEnough = 500

/**
 * How much later than the server's own publish time of a dead letter the original's may claim to be: clocks of one
 * service differ by milliseconds. **Units**: seconds.
 */
export const clockDifferenceSeconds = 60

/** For how long nothing new must come before a look through a dead-letter subscription ends. **Units**: seconds. */
export const lookQuietSeconds = 5

/** For how long a look waits for a server that is not connected. **Units**: seconds. */
export const lookUnconnectedSeconds = 10

/** How often a look checks whether it is over. **Units**: milliseconds. */
export const lookTickMillis = 250

/** Dead letters that are visited together: a few requests' worth of the table. */
export const lookBatch = 500

/** Dead letters that are received and not yet visited: two batches, so that one is there when the other is done. */
export const lookOutstandingMessages = 1_000

/** Their bytes. **Units**: bytes, attributes and ids included. */
export const lookOutstandingBytes = 64 * 1024 * 1024

/** Network streams of a look: each serves thousands a second, and an emulator remembers those of a killed process. */
export const lookStreams = 4

/** How long the release at the end of a look may take; then the leases run out. **Units**: seconds. */
export const lookReleaseSeconds = 10

/** How much of a file of dead letters is read, or written, at once. **Units**: bytes. */
export const fileChunkBytes = 1024 * 1024

/**
 * The longest line of a file of dead letters: 10 MB of data in base64 and as text, of which each character may be
 * written out in six, and attributes likewise. **Units**: bytes.
 */
export const fileLineBytes = 100 * 1024 * 1024

/** Dead letters of a file that are remembered at once: twice as many as a look holds, 400 bytes each. */
export const fileLettersMax = 200_000

/** What corrections of a file are remembered at once. **Units**: bytes of data. */
export const fileCorrectionsBytes = 64 * 1024 * 1024

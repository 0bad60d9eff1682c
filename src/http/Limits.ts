/** Limits of the HTTP server. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Longest a client may take to send a whole request over HTTP. **Units**: milliseconds. */
export const httpRequestMillis = 5_000

/** Longest a client may take to send a request's headers. **Units**: milliseconds. */
export const httpHeadersMillis = 3_000

/** After which a silent HTTP connection is closed; above the usual scrape interval of 15 s. **Units**: milliseconds. */
export const httpIdleMillis = 30_000

/** HTTP connections at once; scrapers, probes and people's browsers need a few. One more closes an idle one. */
export const httpConnectionsMax = 256

/** How long a stop waits for HTTP answers under way before it cuts them. **Units**: milliseconds. */
export const httpGraceMillis = 1_000

/** How often it is checked whether a client takes too long; Node's own 30 s would make 33 s of 3 s. **Units**: milliseconds. */
export const httpCheckMillis = 1_000

/** How far warnings about connections that were not accepted are apart at least. **Units**: milliseconds. */
export const httpErrorNewsMillis = 60_000

/** What the body of a look-up may have: it is one id. **Units**: bytes. */
export const lookUpBodyBytes = 1_024

/** What the body of a login may have: it is one token. **Units**: bytes. */
export const loginBodyBytes = 4_096

/** Incident files being answered at once: each is held in memory, of 1 to 2 MB, until its reader has it whole. */
export const incidentAnswersMax = 2

/**
 * How long an incident file waits for what the checks find; it is saved without, when they take longer. Above the time that
 * the checks give each server. **Units**: milliseconds.
 */
export const incidentChecksMillis = 6_000

/**
 * How long one answer of `/incident` may take, from its request to its last byte: a file of 2 MB at 35 KB/s. Then the
 * connection is closed, so that who reads slowly keeps nobody else out. **Units**: milliseconds.
 */
export const incidentAnswerMillis = 60_000

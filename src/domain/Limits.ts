/** Limits of error texts about a message. Each has its unit and its reason; `test/Limits.test.ts` asserts how they relate. */

/** Issues named in the error of one schema violation; keeps the text below a Pub/Sub attribute value's 1024 bytes. */
export const decodeIssuesShown = 4

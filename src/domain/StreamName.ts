/** The streams a process runs. */

/** The streams a process runs; a label of every stream's metrics. */
export const streamNames = ["orders", "payments"] as const

/** One of {@link streamNames}. */
export type StreamName = (typeof streamNames)[number]

/** Tells an error that means that Cassandra does not answer from one with which it answers. */

/** Whether an error, or what it was caused by, means that Cassandra gave no answer, or none that it stands by. */
export const isSilenceOfCassandra = (error: unknown): boolean => {
  let inner = error
  for (let depth = 0; depth < 8 && typeof inner === "object" && inner !== null; depth++) {
    if ("_tag" in inner && silences.has(String(inner._tag))) return true
    inner = "reason" in inner ? inner.reason : "cause" in inner ? inner.cause : undefined
  }
  return false
}

const silences = new Set(["Unreachable", "TimedOut", "Overloaded", "ReplicasUnavailable", "ReplicaFailed"])

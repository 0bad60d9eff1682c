/** Acknowledges and changes leases on the server, in as few requests as the service allows. */
import { Clock, Effect } from "effect"
import {
  ackCallSeconds,
  ackIdOverheadBytes,
  ackRequestMaxBytes,
  ackRequestMaxIds,
  ackRequestsAtOnce
} from "../../ingest/Limits.ts"
import { monotonicMillis } from "../../ingest/Monotonic.ts"
import { retryDelay } from "../../ingest/RetryPolicy.ts"
import { callOnce } from "./Calls.ts"
import type { GoogleClient } from "./GoogleClient.ts"
import type { Held } from "./Inventory.ts"
import { failedAckIds } from "./StatusClass.ts"

/** What to do with leases: end them with an acknowledgement, or let them end in some seconds, 0 being a release. */
export type LeaseChange = "ack" | { readonly deadlineSeconds: number }

/** What the server made of a change. */
export interface LeaseChanged {
  readonly done: ReadonlyArray<Held>
  /** Refused for good. */
  readonly refused: ReadonlyArray<Held>
  /** No answer as long as it was tried. */
  readonly unanswered: ReadonlyArray<Held>
}

/** Acknowledges and changes leases on the server, in as few requests as the service allows. */
export interface AckCalls {
  /**
   * Changes the leases and waits for the server's answer; transient failures are tried again with backoff while
   * `isWorthIt` says so.
   *
   * One bad id costs only itself: where a whole request is refused, its halves are sent.
   */
  readonly change: (
    change: LeaseChange,
    held: ReadonlyArray<Held>,
    isWorthIt: (triedMillis: number) => boolean
  ) => Effect.Effect<LeaseChanged>
}

/** Changes leases of one subscription. **Shape**: `subscription` is the full name. */
export const makeAckCalls = (client: GoogleClient["Service"], subscription: string): AckCalls => {
  const attempt = (change: LeaseChange, held: ReadonlyArray<Held>) => {
    const ackIds = held.map(({ delivery }) => delivery.ackId)
    return change === "ack"
      ? callOnce(client.subscriber, "acknowledge", subscription, ackCallSeconds, (api, options) =>
          api.acknowledge({ subscription, ackIds }, options)
        )
      : callOnce(client.subscriber, "modify ack deadline", subscription, ackCallSeconds, (api, options) =>
          api.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: change.deadlineSeconds }, options)
        )
  }

  const changeRequest = Effect.fnUntraced(function* (
    change: LeaseChange,
    request: ReadonlyArray<Held>,
    isWorthIt: (triedMillis: number) => boolean
  ) {
    const changed: Tally = { done: [], refused: [], unanswered: [] }
    const clock = yield* Clock.Clock
    const started = monotonicMillis(clock)
    let parts: ReadonlyArray<ReadonlyArray<Held>> = [request]
    for (let failures = 1; parts.length > 0; failures++) {
      const again: Array<ReadonlyArray<Held>> = []
      for (const part of parts) {
        const result = yield* Effect.result(attempt(change, part))
        if (result._tag === "Success") changed.done.push(...part)
        else {
          const after = sortOut(part, result.failure.reason)
          changed.done.push(...after.done)
          changed.refused.push(...after.refused)
          again.push(...after.again)
        }
      }
      parts = again
      if (parts.length === 0) break
      if (!isWorthIt(monotonicMillis(clock) - started)) {
        for (const part of parts) changed.unanswered.push(...part)
        break
      }
      yield* Effect.sleep(yield* retryDelay(failures))
    }
    return changed
  })

  return {
    change: Effect.fnUntraced(function* (change, held, isWorthIt) {
      const requests = inRequests(held)
      const [first] = requests
      if (first !== undefined && requests.length === 1) return yield* changeRequest(change, first, isWorthIt)
      const all = yield* Effect.forEach(requests, (request) => changeRequest(change, request, isWorthIt), {
        concurrency: ackRequestsAtOnce
      })
      return {
        done: all.flatMap(({ done }) => done),
        refused: all.flatMap(({ refused }) => refused),
        unanswered: all.flatMap(({ unanswered }) => unanswered)
      }
    })
  }
}

interface Tally {
  readonly done: Array<Held>
  readonly refused: Array<Held>
  readonly unanswered: Array<Held>
}

/** Splits what is to be sent into requests within the service's limits on count and bytes. */
export const inRequests = (held: ReadonlyArray<Held>): ReadonlyArray<ReadonlyArray<Held>> => {
  const requests: Array<ReadonlyArray<Held>> = []
  let start = 0
  let bytes = 0
  for (let index = 0; index < held.length; index++) {
    const size = (held[index]?.delivery.ackId.length ?? 0) + ackIdOverheadBytes
    if (index > start && (index - start >= ackRequestMaxIds || bytes + size > ackRequestMaxBytes)) {
      requests.push(held.slice(start, index))
      start = index
      bytes = 0
    }
    bytes += size
  }
  if (start < held.length) requests.push(start === 0 ? held : held.slice(start))
  return requests
}

interface Sorted {
  readonly done: ReadonlyArray<Held>
  readonly refused: ReadonlyArray<Held>
  /** To be sent again, as these requests. */
  readonly again: ReadonlyArray<ReadonlyArray<Held>>
}

const sortOut = (
  part: ReadonlyArray<Held>,
  reason: { readonly isRetryable: boolean; readonly cause: unknown }
): Sorted => {
  const failures = failedAckIds(reason.cause)
  if (failures.size > 0) {
    // An exactly-once subscription names the ids that failed; the others are done.
    const named = Map.groupBy(part, ({ delivery }) => failures.get(delivery.ackId) ?? "none")
    const transient = named.get("transient")
    return {
      done: named.get("none") ?? [],
      refused: named.get("permanent") ?? [],
      again: transient === undefined ? [] : [transient]
    }
  }
  if (reason.isRetryable) return { done: [], refused: [], again: [part] }
  if (part.length === 1) return { done: [], refused: part, again: [] }
  const middle = part.length >> 1
  return { done: [], refused: [], again: [part.slice(0, middle), part.slice(middle)] }
}

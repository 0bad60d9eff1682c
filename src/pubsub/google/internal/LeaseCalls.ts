import { Clock, Effect } from "effect"
import { retryDelay } from "../../../time/Backoff.ts"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { ackIdOverheadBytes, ackRequestMaxBytes, ackRequestMaxIds, ackRequestsAtOnce } from "../../Limits.ts"
import type { PubSubReason } from "../../PubSubError.ts"
import type { GoogleClient } from "../GoogleClient.ts"
import { callOnce } from "./Calls.ts"
import { codeOf, failedAckIds, Status } from "./ErrorClassification.ts"

/** What to do with leases: end them with an acknowledgement, or let them end in some seconds, 0 being a release. */
export type LeaseChange = "ack" | { readonly deadlineSeconds: number }

/** Something with a lease: a delivery, or its id alone. */
export interface Leased {
  readonly ackId: string
}

/** What the server made of a change. */
interface LeaseChanged<A> {
  readonly done: ReadonlyArray<A>
  /** Their lease had ended, as the server says. */
  readonly ended: ReadonlyArray<A>
  /** Refused for good, each for itself: the id is malformed. */
  readonly refused: ReadonlyArray<A>
  /** Refused as it is now, whosever they are: a permission or the subscription is missing, or in no state for it. */
  readonly denied: ReadonlyArray<A>
  /** No answer as long as it was tried. */
  readonly unanswered: ReadonlyArray<A>
}

/** How long to try. */
export interface RetryLimits {
  /** How long one request may take. **Units**: milliseconds. */
  readonly callMillis: number
  /** Whether to try again after so long. **Units**: milliseconds since the first try. */
  readonly isWorthIt: (triedMillis: number) => boolean
}

/** Acknowledges and changes leases on the server, in as few requests as the service allows. */
export interface LeaseCalls {
  /**
   * Changes the leases and waits for the server's answer; transient failures are tried again with backoff while
   * it is worth it.
   *
   * One bad id costs only itself: where a request is refused for what is in it, its halves are sent, at once and in any
   * case.
   */
  readonly change: <A extends Leased>(
    change: LeaseChange,
    leased: ReadonlyArray<A>,
    retryLimits: RetryLimits
  ) => Effect.Effect<LeaseChanged<A>>
}

/** Changes leases of one subscription. **Shape**: `subscription` is the full name. */
export const makeLeaseCalls = (client: GoogleClient["Service"], subscription: string): LeaseCalls => {
  const attempt = (change: LeaseChange, leased: ReadonlyArray<Leased>, millis: number) => {
    const ackIds = leased.map(({ ackId }) => ackId)
    return change === "ack"
      ? callOnce(client.subscriber, "acknowledge", subscription, millis, (api, options) =>
          api.acknowledge({ subscription, ackIds }, options)
        )
      : callOnce(client.subscriber, "modify ack deadline", subscription, millis, (api, options) =>
          api.modifyAckDeadline({ subscription, ackIds, ackDeadlineSeconds: change.deadlineSeconds }, options)
        )
  }

  return {
    change: Effect.fnUntraced(function* <A extends Leased>(
      change: LeaseChange,
      leased: ReadonlyArray<A>,
      { callMillis, isWorthIt }: RetryLimits
    ): Effect.fn.Return<LeaseChanged<A>> {
      const changed: Tally<A> = { done: [], ended: [], refused: [], denied: [], unanswered: [] }
      const clock = yield* Clock.Clock
      const started = monotonicMillis(clock)
      let next = inRequests(leased)
      let later: Array<ReadonlyArray<A>> = []
      for (let failures = 1; ; failures++) {
        while (next.length > 0) {
          const halves: Array<ReadonlyArray<A>> = []
          const send = (request: ReadonlyArray<A>) =>
            Effect.map(Effect.result(attempt(change, request, callMillis)), (result) => {
              if (result._tag === "Success") {
                for (const each of request) changed.done.push(each)
                return
              }
              const after = sortOut(request, result.failure.reason)
              for (const each of after.done) changed.done.push(each)
              for (const each of after.ended) changed.ended.push(each)
              for (const each of after.refused) changed.refused.push(each)
              for (const each of after.denied) changed.denied.push(each)
              later.push(...after.again)
              halves.push(...after.halves)
            })
          const [only] = next
          if (only !== undefined && next.length === 1) yield* send(only)
          else yield* Effect.forEach(next, send, { concurrency: ackRequestsAtOnce, discard: true })
          next = halves
        }
        if (later.length === 0) return changed
        if (!isWorthIt(monotonicMillis(clock) - started)) {
          return { ...changed, unanswered: later.flat() }
        }
        yield* Effect.sleep(yield* retryDelay(failures))
        next = later
        later = []
      }
    })
  }
}

interface Tally<A> extends LeaseChanged<A> {
  readonly done: Array<A>
  readonly ended: Array<A>
  readonly refused: Array<A>
  readonly denied: Array<A>
}

/** Splits what is to be sent into requests within the service's limits on count and bytes. */
export const inRequests = <A extends Leased>(leased: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> => {
  const requests: Array<ReadonlyArray<A>> = []
  let start = 0
  let bytes = 0
  for (let index = 0; index < leased.length; index++) {
    const size = (leased[index]?.ackId.length ?? 0) + ackIdOverheadBytes
    if (index > start && (index - start >= ackRequestMaxIds || bytes + size > ackRequestMaxBytes)) {
      requests.push(leased.slice(start, index))
      start = index
      bytes = 0
    }
    bytes += size
  }
  if (start < leased.length) requests.push(start === 0 ? leased : leased.slice(start))
  return requests
}

interface Sorted<A> {
  readonly done: ReadonlyArray<A>
  readonly ended: ReadonlyArray<A>
  readonly refused: ReadonlyArray<A>
  readonly denied: ReadonlyArray<A>
  /** To be sent again after a while, as these requests. */
  readonly again: ReadonlyArray<ReadonlyArray<A>>
  /** To be sent at once, as these requests. */
  readonly halves: ReadonlyArray<ReadonlyArray<A>>
}

const nothing: Sorted<never> = { done: [], ended: [], refused: [], denied: [], again: [], halves: [] }

const sortOut = <A extends Leased>(request: ReadonlyArray<A>, reason: PubSubReason): Sorted<A> => {
  const failures = failedAckIds(reason.cause)
  if (failures.size > 0) {
    // An exactly-once subscription names the ids that failed; the others are done.
    const named = Map.groupBy(request, ({ ackId }) => failures.get(ackId) ?? "none")
    const transient = named.get("transient")
    return {
      done: named.get("none") ?? [],
      ended: named.get("ended") ?? [],
      refused: named.get("refused") ?? [],
      denied: [],
      again: transient === undefined ? [] : [transient],
      halves: []
    }
  }
  if (reason.isRetryable) return { ...nothing, again: [request] }
  if (!isAboutItsIds(reason)) return { ...nothing, denied: request }
  if (request.length === 1) return { ...nothing, refused: request }
  const middle = request.length >> 1
  return { ...nothing, halves: [request.slice(0, middle), request.slice(middle)] }
}

/** Whether a half may fare better. A missing subscription or permission concerns every id, and may be there again soon. */
const isAboutItsIds = (reason: PubSubReason): boolean => {
  if (reason._tag !== "RequestRejected") return false
  const code = codeOf(reason.cause)
  return code === Status.InvalidArgument || code === Status.ResourceExhausted
}

/** Decides the state of each part from what the parts report; nothing else sets health while a processor runs. */
import { Clock, Duration, Effect } from "effect"
import { StoreUnavailable } from "../domain/Fate.ts"
import { type StreamName, streamNames } from "../domain/StreamName.ts"
import type { FactStore } from "../facts/FactStore.ts"
import type { AttemptReports, ReportedError } from "../pipeline/BatchAttempt.ts"
import type { PubSubError } from "../pubsub/PubSubError.ts"
import { Health, type HealthPart, type HealthState } from "../telemetry/Health.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import * as Letters from "./DeadLettersEvidence.ts"
import * as Facts from "./FactsEvidence.ts"
import {
  healthFirstMillis,
  healthTickMillis,
  pingMillis,
  pingSoonMillis,
  topicCheckMillis,
  topicCheckSoonMillis
} from "./Limits.ts"
import { notYetKnown, type SteadyState, steadied } from "./SteadyState.ts"
import { noStreamEvidence, type StreamStatus, streamRead, streamStateOf } from "./StreamEvidence.ts"

/** A source stream that is watched. */
export interface WatchedStream {
  readonly stream: StreamName
  readonly subscription: { readonly status: Effect.Effect<StreamStatus> }
  /** Deliveries in backoff before another try. */
  readonly retrying: () => number
  /** Why intake stands still; undefined while it does not. */
  readonly pausedBecause: () => string | undefined
}

/** What a monitor reads by itself. */
export interface HealthSources {
  readonly streams: ReadonlyArray<WatchedStream>
  readonly facts: Pick<FactStore["Service"], "ping" | "silentHosts">
  readonly deadLetterTopicExists: Effect.Effect<boolean, PubSubError>
}

/** Decides and sets the state of each part. */
export interface HealthMonitor extends AttemptReports {
  /** Keeps health up to date; never ends. */
  readonly watch: (sources: HealthSources) => Effect.Effect<never>
  /** What keeps dead letters from being redriven, and a person has to see to; undefined: nothing does. */
  readonly redriveTroubled: (error: ReportedError | undefined) => void
  /** The streams are stopping from now on. */
  readonly stopping: Effect.Effect<void>
}

/** Makes the monitor of one processor; `deadLetterTopic` is the full name. */
export const makeHealthMonitor = (deadLetterTopic: string): Effect.Effect<HealthMonitor, never, Health> =>
  Effect.gen(function* () {
    const health = yield* Health
    const clock = yield* Clock.Clock
    const startedAt = monotonicMillis(clock)
    const facts = Facts.noFactsEvidence(startedAt)
    const letters = Letters.noDeadLettersEvidence(deadLetterTopic, startedAt)
    const evidenceOf = { orders: noStreamEvidence(startedAt), payments: noStreamEvidence(startedAt) }
    const shown: Record<HealthPart, SteadyState> = {
      orders: notYetKnown,
      payments: notYetKnown,
      facts: notYetKnown,
      "dead-letters": notYetKnown
    }
    let isStopping = false
    let rounds = 0

    /** What only a restart cures: nobody tries to connect any more, or the states shown are old ones. */
    const watchdogs = Effect.acquireRelease(
      Effect.sync(() => {
        health.watchdogs.watch("health", () => rounds, "the states of the parts were not read")
        for (const stream of streamNames) {
          const sign = () => evidenceOf[stream].triedAt
          health.watchdogs.watch(stream, sign, "not connected, and it was not tried to connect")
        }
      }),
      () =>
        Effect.sync(() => {
          for (const name of ["health", ...streamNames]) health.watchdogs.forget(name)
        })
    )

    const show = (part: HealthPart, wanted: HealthState): Effect.Effect<void> =>
      Effect.suspend(() => {
        const next = steadied(shown[part], wanted, monotonicMillis(clock))
        shown[part] = next
        // Before the first evidence, the state stays: the table may have been reported unavailable at the start.
        return next.state._tag === "Starting" ? Effect.void : health.set(part, next.state)
      })

    const showAll = Effect.fnUntraced(function* ({ facts: store, streams }: HealthSources) {
      rounds += 1
      for (const { pausedBecause, stream, subscription } of streams) {
        const status = yield* subscription.status
        streamRead(evidenceOf[stream], status, pausedBecause(), monotonicMillis(clock))
        const state = streamStateOf(evidenceOf[stream], monotonicMillis(clock))
        yield* show(stream, isStopping ? { _tag: "Stopping" } : state)
      }
      const now = monotonicMillis(clock)
      if (store.silentHosts !== undefined) Facts.hostsRead(facts, store.silentHosts())
      yield* show("facts", Facts.factsStateOf(facts, retryingOf(streams), now))
      yield* show("dead-letters", Letters.deadLettersStateOf(letters, now))
    })

    const ping = ({ facts: store, streams }: HealthSources): Effect.Effect<void> =>
      Effect.match(store.ping, {
        onSuccess: () => Facts.pingAnswered(facts, retryingOf(streams)),
        onFailure: (error) => Facts.pingFailed(facts, error, monotonicMillis(clock))
      })

    const check = ({ deadLetterTopicExists }: HealthSources): Effect.Effect<void> =>
      Effect.match(deadLetterTopicExists, {
        onSuccess: (exists) =>
          exists ? Letters.topicFound(letters, monotonicMillis(clock)) : Letters.topicMissing(letters),
        onFailure: (error) =>
          // Checking a topic needs a permission that publishing to it does not. A name that is refused is no topic.
          error.reason._tag === "AccessDenied"
            ? Letters.topicFound(letters, monotonicMillis(clock))
            : Letters.checkFailed(letters, error, monotonicMillis(clock))
      })

    return {
      storeAnswered: () => Facts.storeAnswered(facts),
      storeFailed: (error, isFirstTry) =>
        Facts.storeFailed(facts, error, isFirstTry, monotonicMillis(clock), rowOf(error)),
      deadLettersConfirmed: () => Letters.deadLettersConfirmed(letters),
      deadLettersFailed: (error) => Letters.deadLettersFailed(letters, error, monotonicMillis(clock)),
      redriveTroubled: (error) => Letters.redriveTroubled(letters, error),
      watch: (sources) =>
        Effect.raceAllFirst([
          repeatedly(showAll(sources), healthFirstMillis, () => healthTickMillis),
          repeatedly(ping(sources), 0, () => (Facts.factsAreTroubled(facts) ? pingSoonMillis : pingMillis)),
          repeatedly(check(sources), 0, () =>
            Letters.deadLettersAreTroubled(letters) ? topicCheckSoonMillis : topicCheckMillis
          ),
          Effect.scoped(Effect.andThen(watchdogs, Effect.never))
        ]),
      stopping: Effect.suspend(() => {
        isStopping = true
        return Effect.andThen(show("orders", { _tag: "Stopping" }), show("payments", { _tag: "Stopping" }))
      })
    }
  })

const rowOf = ({ cause }: ReportedError): bigint | undefined =>
  cause instanceof StoreUnavailable ? cause.row : undefined

const retryingOf = (streams: ReadonlyArray<WatchedStream>): number =>
  streams.reduce((sum, { retrying }) => sum + retrying(), 0)

/** Does `work` repeatedly. The pause is read once a tick, so that trouble shortens a pause that has begun. */
const repeatedly = Effect.fnUntraced(function* (
  work: Effect.Effect<void>,
  firstMillis: number,
  pauseMillis: () => number
): Effect.fn.Return<never> {
  if (firstMillis > 0) yield* Effect.sleep(Duration.millis(firstMillis))
  for (;;) {
    yield* work
    for (let waited = 0; waited < pauseMillis(); waited += healthTickMillis) {
      yield* Effect.sleep(Duration.millis(healthTickMillis))
    }
  }
})

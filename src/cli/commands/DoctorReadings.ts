/** Reads what a deployment consists of, and has it judged. */
import { totalmem } from "node:os"
import { getHeapStatistics } from "node:v8"
import { Duration, Effect, Result } from "effect"
import {
  type CheckGroup,
  type CheckResult,
  findingsIn,
  isFatal,
  notMadeAny,
  skipped
} from "../../checks/Check.ts"
import { clusterChecks } from "../../checks/ClusterChecks.ts"
import { connectionChecks, pubSubConnectionChecks } from "../../checks/ConnectionChecks.ts"
import { judgeLimits, limitChecks } from "../../checks/LimitChecks.ts"
import { judgeLive, liveChecks, liveNeeds } from "../../checks/live/LiveChecks.ts"
import type { Prepared } from "../../checks/live/ScratchPlan.ts"
import { pubSubChecks } from "../../checks/PubSubChecks.ts"
import type { PubSubReading } from "../../checks/PubSubReading.ts"
import type { FlagTexts } from "../../config/Configuration.ts"
import type { Origin } from "../../config/Origins.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { retentionDays } from "../Limits.ts"
import { type Connected, cassandraOf, connectCassandra } from "./DoctorCassandra.ts"
import { notConfigured } from "./DoctorConnection.ts"
import { readLive } from "./DoctorLive.ts"
import { pubSubOf } from "./DoctorPubSub.ts"
import { type DoctorSettings, readSettings } from "./DoctorSettings.ts"

/** A deployment, judged. */
export interface JudgedDeployment {
  readonly results: ReadonlyArray<CheckResult>
  readonly origins: ReadonlyArray<Origin>
}

/**
 * Reads and judges what these groups are about; a server that none of them is about is not asked. Nothing fails.
 *
 * `live`: what is prepared for a proof, which needs both servers; undefined: nothing is made anywhere.
 */
export const readDeployment = (
  flags: FlagTexts,
  groups: ReadonlySet<CheckGroup>,
  live: Prepared | undefined
): Effect.Effect<JudgedDeployment> =>
  Effect.scoped(
    Effect.gen(function* () {
      const { origins, results: configuration, settings } = yield* readSettings(flags)
      const { cassandra, processing, pubSub } = settings
      const projectFrom = origins.find(({ name }) => name === "PUBSUB_PROJECT_ID")?.from
      const [judgedPubSub, connected] = yield* Effect.all(
        [
          groups.has("pubsub") && pubSub !== undefined ? pubSubOf(pubSub, projectFrom) : Effect.undefined,
          groups.has("cassandra") && cassandra !== undefined ? connectCassandra(cassandra) : Effect.undefined
        ],
        { concurrency: "unbounded" }
      )
      const unread = (group: CheckGroup, checks: Parameters<typeof skipped>[0]) =>
        groups.has(group) ? notConfigured(checks, configuration) : []
      const ofCassandra =
        cassandra === undefined || processing === undefined || connected === undefined
          ? unread("cassandra", [...connectionChecks, ...clusterChecks])
          : yield* cassandraOf({ cassandra, processing }, connected, retentionOf(judgedPubSub?.reading))
      const ofServers = [
        ...configuration,
        ...(judgedPubSub?.results ?? unread("pubsub", [...pubSubConnectionChecks, ...pubSubChecks])),
        ...ofCassandra
      ]
      return {
        origins,
        results: [
          ...ofServers,
          ...(processing === undefined || !groups.has("limits")
            ? unread("limits", limitChecks)
            : limitsOf(processing)),
          ...(groups.has("live") ? yield* liveOf(settings, connected, ofServers, live) : [])
        ]
      }
    })
  )

/** The proof, where it was asked for and nothing is known that would keep it from succeeding. */
const liveOf = (
  { cassandra, processing, pubSub }: DoctorSettings,
  connected: Connected | undefined,
  ofServers: ReadonlyArray<CheckResult>,
  prepared: Prepared | undefined
): Effect.Effect<ReadonlyArray<CheckResult>> => {
  if (prepared === undefined) return Effect.succeed(notMadeAny(liveChecks, liveUnasked))
  const because = findingsIn(ofServers).find((finding) => isFatal(finding) && liveNeeds.has(finding.code))
  const isReady =
    because === undefined && cassandra !== undefined && processing !== undefined && pubSub !== undefined
  if (!isReady || connected === undefined || Result.isFailure(connected))
    return Effect.succeed(skipped(liveChecks, because?.code ?? "CF-501"))
  return Effect.map(readLive({ pubSub, cassandra, processing, prepared }, connected.success), judgeLive)
}

const liveUnasked = "live; `--live` sends messages through scratch topics and a scratch keyspace"

const limitsOf = (processing: ProcessingSettings): ReadonlyArray<CheckResult> =>
  judgeLimits({
    processing,
    heapBytes: getHeapStatistics().heap_size_limit,
    // 0, or more than there is: no container limits it.
    memoryBytes: Math.min(process.constrainedMemory() || Number.POSITIVE_INFINITY, totalmem())
  })

/** How long the sources keep messages; Pub/Sub's default where it does not say. */
const retentionOf = (reading: PubSubReading | undefined): Duration.Duration => {
  const kept = (reading?.channels ?? [])
    .filter(({ name }) => name !== "dead letters")
    .flatMap(({ subscription }) =>
      Result.isSuccess(subscription) && subscription.success !== undefined
        ? [subscription.success.retention]
        : []
    )
  return kept.length === 0
    ? Duration.days(retentionDays)
    : kept.reduce((one, other) => Duration.max(one, other))
}

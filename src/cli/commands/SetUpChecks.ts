/** Checks how Cassandra is set up before the first message is taken. */
import { Clock, Data, Duration, Effect, Option } from "effect"
import { Cassandra } from "../../cassandra/Cassandra.ts"
import { declaredTables } from "../../cassandra/DeclaredTables.ts"
import { judgeCassandra } from "../../checks/CassandraChecks.ts"
import { type CassandraReading, planOf, readCassandra } from "../../checks/CassandraReading.ts"
import { type CheckResult, type Finding, findingsIn, isFatal, sentenceOf } from "../../checks/Check.ts"
import type { RunSettings } from "../../config/Settings.ts"
import { factTable } from "../../facts/FactStatements.ts"
import { migrationFolder } from "../../facts/MigrationFolder.ts"
import { progressTable } from "../../facts/ProgressStatements.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { retentionAnswerSeconds, retentionDays } from "../Limits.ts"

/** The cluster is not set up for what is to be done. The command exits 2. */
export class SetUpRefused extends Data.TaggedError("SetUpRefused")<{
  readonly findings: ReadonlyArray<Finding>
}> {
  readonly isRetryable = false

  override get message(): string {
    return this.findings.map(sentenceOf).join("\n")
  }
}

/** What has to be known of a deployment to read how its cluster is set up. */
export type SetUpSettings = Pick<RunSettings, "cassandra" | "processing">

/**
 * Reads and judges how the cluster is set up; logs warnings, and what could not be checked.
 *
 * **Errors**: `SetUpRefused`, with everything that has to be mended first.
 */
export const checkSetUp = Effect.fn("checkSetUp")(function* (
  settings: SetUpSettings & Pick<RunSettings, "pubSub">
) {
  yield* report(judgeCassandra(yield* readSetUp(settings, yield* longestRetention(settings))))
})

/** Reads how the cluster is set up; a message may be as old as `retention` when it comes. */
export const readSetUp = Effect.fnUntraced(function* (
  settings: SetUpSettings,
  retention: Duration.Duration
): Effect.fn.Return<CassandraReading, never, Cassandra> {
  const usesProgress = Duration.toMillis(settings.processing.paymentGrace) > 0
  const declared = yield* declaredTables(migrationFolder)
  return yield* readCassandra(yield* Cassandra, {
    ...planOf(settings.cassandra),
    // Without a grace no process has to know of another.
    tables: new Map([...declared].filter(([table]) => usesProgress || table !== progressTable)),
    factTable,
    localQuorumTable: usesProgress ? progressTable : undefined,
    retentionMillis: Duration.toMillis(retention),
    nowMillis: yield* Clock.currentTimeMillis
  })
})

/** Logs what was found, and fails where any of it is fatal. **Errors**: `SetUpRefused`. */
export const report = Effect.fnUntraced(function* (results: ReadonlyArray<CheckResult>) {
  const findings = findingsIn(results)
  const fatal = findings.filter(isFatal)
  if (fatal.length > 0) return yield* new SetUpRefused({ findings: fatal })
  yield* Effect.forEach(findings, (finding) => Effect.logWarning(sentenceOf(finding)), { discard: true })
  const unmade = results.flatMap(({ code, outcome, title }) =>
    outcome._tag === "NotMade" ? [`${code} (${title}): ${outcome.why}`] : []
  )
  if (unmade.length > 0) yield* Effect.logInfo(`not checked: ${unmade.join("; ")}`)
})

/** How long the source subscriptions keep messages; Pub/Sub's default where they do not say. */
const longestRetention = Effect.fnUntraced(function* ({ pubSub }: Pick<RunSettings, "pubSub">) {
  const admin = yield* PubSubAdmin
  const usual = Duration.days(retentionDays)
  const retentionOf = (subscription: string) =>
    admin.describeSubscription(subscription).pipe(
      Effect.timeout(Duration.seconds(retentionAnswerSeconds)),
      Effect.map(Option.match({ onNone: () => usual, onSome: ({ retention }) => retention })),
      Effect.orElseSucceed(() => usual)
    )
  const both = yield* Effect.forEach([pubSub.ordersSubscription, pubSub.paymentsSubscription], retentionOf, {
    concurrency: "unbounded"
  })
  return both.reduce((one, other) => Duration.max(one, other))
})

/** What `run` does: the processor on Pub/Sub and Cassandra, until it is stopped or everything has its fate. */
import { Cause, Console, Data, Duration, Effect, Exit, Option } from "effect"
import { application, observed } from "../../App.ts"
import type { FlagTexts } from "../../config/Configuration.ts"
import type { RecorderSettings } from "../../config/RecorderSection.ts"
import type { PubSubSettings, RunSettings } from "../../config/Settings.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { HttpApi } from "../../http/HttpApi.ts"
import { IncidentChecks } from "../../http/IncidentChecks.ts"
import { type ShownSetting, ShownSettings } from "../../http/IncidentHtml.ts"
import { makeProcessor, type Processor } from "../../ingest/Processor.ts"
import { makeRowLookUp } from "../../ingest/StoredRows.ts"
import { GoogleClient } from "../../pubsub/google/GoogleClient.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import type { PubSubError, ResourceMissing } from "../../pubsub/PubSubError.ts"
import { progressSummarySeconds, runSummarySeconds } from "../Limits.ts"
import { withLiveView } from "../LiveView.ts"
import { withProgress } from "../Progress.ts"
import { remedyOf } from "../Remedies.ts"
import { Screen } from "../Screen.ts"
import { checksForIncident } from "./DoctorOfIncident.ts"
import { givingUpAfter } from "./DrainTimeout.ts"
import { fateJson, fateTable, progressLine, totals } from "./FateTable.ts"
import { savingIncidents } from "./IncidentFiles.ts"
import { untilLoginRefused } from "./RefusedLogin.ts"
import { checkSetUp } from "./SetUpChecks.ts"

/** The options of `run`. */
export interface RunOptions extends RunSettings {
  /** The flag or variable that gave the project id; none: the credentials did. */
  readonly projectSource: Option.Option<string>
  /** End when everything that was waiting has its fate, or when something has not answered for so long. None: no end. */
  readonly giveUpAfter: Option.Option<Duration.Duration>
  readonly json: boolean
  readonly appVersion: string
  readonly recorder: RecorderSettings
  /** What an incident file shows of the settings. */
  readonly shown: ReadonlyArray<ShownSetting>
  /** What the settings were read from, beside the environment; the checks of an incident file read them anew. */
  readonly flags: FlagTexts
}

/** Several source subscriptions do not exist. The command exits 2. */
export class SubscriptionsMissing extends Data.TaggedError("SubscriptionsMissing")<{
  readonly operation: string
  readonly subscriptions: ReadonlyArray<string>
  readonly reason: ResourceMissing
}> {
  readonly isRetryable = false

  override get message(): string {
    return `${this.operation} subscriptions: these do not exist: ${this.subscriptions.join(", ")}`
  }
}

/**
 * Runs the processor; interrupting it stops it cleanly (G8). Prints the fates at the end.
 *
 * **Errors**: `CassandraError`, `SetUpRefused` or `PubSubError` that a person has to fix: exit 2. Where nothing answers
 * yet it waits indefinitely; a drain for `giveUpAfter`: `DrainGivenUp`, exit 1.
 */
export const run = (options: RunOptions) => {
  const { appVersion, giveUpAfter, http, telemetry } = options
  const work = process(options).pipe(
    Effect.provide(application(options, appVersion, checkSetUp(options))),
    savingIncidents(options.recorder.incidentDir)
  )
  return Effect.provide(
    withLiveView(Option.isNone(giveUpAfter) ? work : givingUpAfter(giveUpAfter.value)(work)),
    observed(http, { appVersion, remedyOf, telemetry })
  ).pipe(
    Effect.provideService(ShownSettings, options.shown),
    Effect.provideService(IncidentChecks, checksForIncident(options.flags))
  )
}

const process = (options: RunOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { projectId, projectIdSource } = yield* GoogleClient
      const { address, answerLookUps } = yield* HttpApi
      yield* Effect.logInfo("running").pipe(
        Effect.annotateLogs({
          project: projectId,
          "project from": Option.getOrElse(options.projectSource, () => projectIdSource),
          keyspace: options.cassandra.keyspace,
          http: address._tag === "Some" ? address.value.url : "off"
        })
      )
      const isDrain = Option.isSome(options.giveUpAfter)
      const processor = yield* makeProcessor({
        ordersSubscription: options.pubSub.ordersSubscription,
        paymentsSubscription: options.pubSub.paymentsSubscription,
        deadLetterTopic: options.pubSub.dlqTopic,
        processing: options.processing,
        // A drain is about what waits on the sources; it would end before the first interval.
        ...(isDrain ? {} : { redrivesFrom: options.pubSub.dlqSubscription })
      })
      yield* answerLookUps({ held: processor.lookUp, rows: makeRowLookUp(yield* FactStore) })
      yield* (isDrain ? runToTheEnd(processor, Effect.void) : processor.run).pipe(
        namingAllMissing(options.pubSub),
        (work) => Effect.raceFirst(work, untilLoginRefused),
        withProgress(
          Effect.map(totals, progressLine),
          Duration.seconds(isDrain ? progressSummarySeconds : runSummarySeconds)
        ),
        withFates(options.json)
      )
    })
  )

/** Runs until `published` has ended and everything then waiting has its fate. */
export const runToTheEnd = <R>(
  processor: Processor,
  published: Effect.Effect<void, PubSubError, R>
): Effect.Effect<void, PubSubError, R> =>
  Effect.all(
    [processor.run, published.pipe(Effect.andThen(processor.drained), Effect.andThen(processor.stop))],
    {
      concurrency: "unbounded",
      discard: true
    }
  )

/** Names both source subscriptions where both are missing; the one that was met first ended the work. */
export const namingAllMissing =
  (sources: Pick<PubSubSettings, "ordersSubscription" | "paymentsSubscription">) =>
  <A, R>(work: Effect.Effect<A, PubSubError, R>) =>
    Effect.catchTag(work, "PubSubError", (error) =>
      Effect.gen(function* () {
        const { operation, reason } = error
        if (reason._tag !== "ResourceMissing") return yield* error
        const admin = yield* PubSubAdmin
        const isMissing = (subscription: string) =>
          Effect.map(admin.describeSubscription(subscription), Option.isNone).pipe(
            // Who reads a subscription need not be allowed to look at it.
            Effect.orElseSucceed(() => false)
          )
        const missing = yield* Effect.filter(
          [sources.ordersSubscription, sources.paymentsSubscription],
          isMissing,
          { concurrency: "unbounded" }
        )
        if (missing.length < 2) return yield* error
        const subscriptions = missing.map(admin.subscriptionName)
        return yield* new SubscriptionsMissing({ operation, subscriptions, reason })
      })
    )

/** Prints the table of fates, also when the work was interrupted; not where it failed before anything was received. */
export const withFates =
  (json: boolean) =>
  <A, E, R>(work: Effect.Effect<A, E, R>) =>
    Effect.onExit(work, (exit) =>
      Effect.gen(function* () {
        const all = yield* totals
        const isFailure = Exit.isFailure(exit) && !Cause.hasInterruptsOnly(exit.cause)
        if (isFailure && all.orders.received + all.payments.received === 0) return
        // Standard output may be the same terminal.
        const screen = yield* Screen
        screen.setLive("")
        yield* Console.log(json ? fateJson(all) : fateTable(all))
      })
    )

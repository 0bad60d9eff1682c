/** What `run` does: the processor on Pub/Sub and Cassandra, until it is stopped or everything has its fate. */
import { Console, Effect, Option } from "effect"
import { application } from "../../App.ts"
import type { RunSettings } from "../../config/Settings.ts"
import { HttpApi } from "../../http/HttpApi.ts"
import { makeProcessor, type Processor } from "../../ingest/Processor.ts"
import { GoogleClient } from "../../pubsub/google/GoogleClient.ts"
import type { PubSubError } from "../../pubsub/PubSubError.ts"
import { withProgress } from "../Progress.ts"
import { remedyOf } from "../Remedies.ts"
import { fateJson, fateTable, progressLine, totals } from "./FateTable.ts"

/** The options of `run`. */
export interface RunOptions extends RunSettings {
  /** The flag or variable that gave the project id; none: the credentials did. */
  readonly projectSource: Option.Option<string>
  /** End when everything that was waiting has its fate. */
  readonly drain: boolean
  readonly json: boolean
  readonly appVersion: string
}

/**
 * Runs the processor; interrupting it stops it cleanly (G8). Prints the fates at the end.
 *
 * **Errors**: `CassandraError` or `PubSubError` that a person has to fix: exit 2. Where nothing answers yet it
 * waits indefinitely.
 */
export const run = (options: RunOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { projectId, projectIdSource } = yield* GoogleClient
      const { address } = yield* HttpApi
      yield* Effect.logInfo("running").pipe(
        Effect.annotateLogs({
          project: projectId,
          "project from": Option.getOrElse(options.projectSource, () => projectIdSource),
          keyspace: options.cassandra.keyspace,
          http: address._tag === "Some" ? address.value.url : "off"
        })
      )
      const processor = yield* makeProcessor({
        ordersSubscription: options.pubSub.ordersSubscription,
        paymentsSubscription: options.pubSub.paymentsSubscription,
        deadLetterTopic: options.pubSub.dlqTopic,
        processing: options.processing
      })
      yield* (options.drain ? runToTheEnd(processor, Effect.void) : processor.run).pipe(
        withProgress(Effect.map(totals, progressLine)),
        Effect.ensuring(printFates(options.json))
      )
    })
  ).pipe(Effect.provide(application(options, { appVersion: options.appVersion, remedyOf })))

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

/** Prints the table of fates, also when the work was interrupted. */
export const printFates = (json: boolean) =>
  Effect.flatMap(totals, (all) => Console.log(json ? fateJson(all) : fateTable(all)))

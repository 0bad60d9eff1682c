/** What `where` does. */
import { Console, Context, Data, Deferred, Effect, Layer, Result, type Scope } from "effect"
import { cassandraFacts, googlePubSub } from "../../App.ts"
import type { Cassandra } from "../../cassandra/Cassandra.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { ProgressTable } from "../../facts/ProgressTable.ts"
import { ProgressTableCassandra } from "../../facts/ProgressTableCassandra.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import type { SourceSubscriptions } from "../../ingest/DeadLetterMessages.ts"
import type { LookUpKey } from "../../telemetry/LookUp.ts"
import { escaped } from "../Escaped.ts"
import { redriveStatementsAtOnce } from "../Limits.ts"
import { whyOf } from "../Remedies.ts"
import { type DlqSettings, deploymentOf, silentFacts } from "./DlqConnected.ts"
import { withServerTimeout } from "./ServerTimeout.ts"
import { lookThroughDeadLetters } from "./WhereDeadLetters.ts"
import { askProcesses } from "./WhereProcesses.ts"
import { isFound, type WhereReport } from "./WhereReport.ts"
import { sentenceOf } from "./WhereSentence.ts"
import { lookInTable } from "./WhereTable.ts"
import { whereJson, whereText } from "./WhereText.ts"

/** The options of `where`. */
export interface WhereOptions extends DlqSettings {
  readonly cassandra: CassandraSettings
  readonly http: HttpSettings
  readonly key: LookUpKey
  /** Where processes serve HTTP; none: the default address. */
  readonly urls: ReadonlyArray<string>
  readonly json: boolean
}

/** It is in no place that was looked at. The command exits 1. */
export class MessageNotFound extends Data.TaggedError("MessageNotFound")<{ readonly report: WhereReport }> {
  override get message(): string {
    return escaped(sentenceOf(this.report))
  }
}

/**
 * Looks in every place and prints what was found, and what was not looked at.
 *
 * The places are looked at in the order in which a message goes through them: one that moves on meanwhile is found where
 * it went. A redrive takes from the dead letters to the table, so the table is the last.
 *
 * **Errors**: `MessageNotFound`; `ConfigurationError`. A part that does not answer is none.
 */
export const findMessage = (options: WhereOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { key } = options
      const { facts, pubSub } = yield* connected(options)
      const deployment = Result.map(pubSub, ({ deployment }) => deployment)
      const sources = Result.getOrUndefined(deployment)?.sources
      const progress = yield* progressTable(facts, sources)
      const processes = yield* askProcesses({ ...options, sources }, progress)
      const lookThroughLetters = Result.isFailure(pubSub)
        ? Effect.succeed(Result.fail(pubSub.failure))
        : lookThroughDeadLetters(options, key).pipe(
            Effect.provideContext(pubSub.success.context),
            Effect.provideService(FactStore, storeOf(facts))
          )
      const look = Result.isFailure(facts)
        ? Effect.succeed(Result.fail(facts.failure))
        : lookInTable({ key, keyspace: options.cassandra.keyspace, connected: facts.success })
      const { deadLetters, table } = yield* lookedInBoth(key, lookThroughLetters, look)
      const report: WhereReport = { key, processes, deadLetters, table }
      yield* Console.log((options.json ? whereJson : whereText)(report))
      if (!isFound(report)) return yield* new MessageNotFound({ report })
    })
  )

type TableResult = WhereReport["table"]

/**
 * Looks through the dead letters and then in the table. A payment may take a scan: one is made meanwhile, and what it finds is
 * found; where it finds nothing, that says nothing of what moves on, and the table is looked at after all.
 */
const lookedInBoth = <R, R2>(
  { kind }: LookUpKey,
  letters: Effect.Effect<WhereReport["deadLetters"], never, R>,
  table: Effect.Effect<TableResult, never, R2>
) =>
  Effect.gen(function* () {
    const isOver = yield* Deferred.make<void>()
    const whenOver = Effect.as(Deferred.await(isOver), undefined)
    const looks = {
      deadLetters: Effect.ensuring(letters, Deferred.succeed(isOver, undefined)),
      early: kind === "payment" ? Effect.raceFirst(table, whenOver) : Effect.undefined
    }
    const { deadLetters, early } = yield* Effect.all(looks, { concurrency: "unbounded" })
    const isFound = early !== undefined && Result.isSuccess(early) && early.success.rows.length > 0
    return { deadLetters, table: isFound ? early : yield* table }
  })

type Facts = Result.Result<Context.Context<Cassandra | FactStore>, string>

/** Connects to both servers side by side; what cannot be connected to says why. */
const connected = ({ cassandra, pubSub }: WhereOptions) =>
  Effect.all(
    {
      facts: withServerTimeout("Cassandra")(
        Layer.build(cassandraFacts(cassandra, redriveStatementsAtOnce))
      ).pipe(Effect.mapError(whyOf), Effect.result),
      pubSub: withServerTimeout("Pub/Sub")(Layer.build(googlePubSub(pubSub))).pipe(
        Effect.flatMap((context) =>
          Effect.map(Effect.provideContext(deploymentOf(pubSub), context), (deployment) => ({
            context,
            deployment
          }))
        ),
        Effect.map((built) => Result.succeed(built)),
        Effect.catchTag(["PubSubError", "ServerSilent"], (error) => Effect.succeed(Result.fail(whyOf(error))))
      )
    },
    { concurrency: "unbounded" }
  )

const storeOf = (facts: Facts): FactStore["Service"] =>
  Result.match(facts, {
    onFailure: silentFacts,
    onSuccess: (context) => Context.get(context, FactStore)
  })

/** How to read the progress table, or why it cannot be. */
const progressTable = (
  facts: Facts,
  sources: SourceSubscriptions | undefined
): Effect.Effect<Result.Result<ProgressTable["Service"], string>, never, Scope.Scope> => {
  if (Result.isFailure(facts)) return Effect.succeed(Result.fail("the progress table was not read"))
  if (sources === undefined)
    return Effect.succeed(Result.fail("the full name of the orders subscription is not known"))
  return withServerTimeout("Cassandra")(Layer.build(ProgressTableCassandra.layer(sources.orders))).pipe(
    Effect.provideContext(facts.success),
    Effect.map((context) => Context.get(context, ProgressTable)),
    Effect.mapError(whyOf),
    Effect.result
  )
}

/** What `demo` does: sample traffic through the whole processor, on embedded parts, in one process. */
import { Duration, Effect, Option, Stream } from "effect"
import { embedded } from "../../App.ts"
import type { RecorderSettings } from "../../config/RecorderSection.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { HttpApi } from "../../http/HttpApi.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { type ShownSetting, ShownSettings } from "../../http/IncidentHtml.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { makeProcessor, type Processor } from "../../ingest/Processor.ts"
import { makeRowLookUp } from "../../ingest/StoredRows.ts"
import { publishLateOrders, publishTraffic, type TrafficPlan } from "../../sample/Traffic.ts"
import type { TelemetrySettings } from "../../telemetry/TelemetrySettings.ts"
import { demoGraceSeconds, demoLateSeconds, demoRate } from "../Limits.ts"
import { withLiveView } from "../LiveView.ts"
import { say } from "../Logging.ts"
import { withProgress } from "../Progress.ts"
import { keepDeadLetters } from "./DemoDeadLetters.ts"
import { claimDemoFiles, type DemoFiles, demoFolder } from "./DemoFile.ts"
import { demoSettings } from "./DemoSettings.ts"
import { createDemoTopics } from "./DemoTopics.ts"
import { progressLine, totals } from "./FateTable.ts"
import { savingIncidents } from "./IncidentFiles.ts"
import { runToTheEnd, withFates } from "./Run.ts"

/** The options of `demo`. */
export interface DemoOptions {
  readonly orders: Option.Option<number>
  readonly payments: Option.Option<number>
  /** Messages a second. */
  readonly rate: Option.Option<number>
  readonly duration: Option.Option<Duration.Duration>
  readonly seed: number
  readonly processing: ProcessingSettings
  readonly http: HttpSettings
  readonly recorder: RecorderSettings
  readonly telemetry: TelemetrySettings
  /** What an incident file shows of the settings. */
  readonly shown: ReadonlyArray<ShownSetting>
  readonly json: boolean
  readonly appVersion: string
}

/**
 * Runs sample traffic through the processor. Ends by itself when a number or a duration is given, and prints the
 * fates; the same seed gives the same rows and dead letters.
 */
export const demo = (options: DemoOptions) =>
  Effect.scoped(Effect.flatMap(claimDemoFiles(demoFolder()), (files) => demoWith(files, options)))

const demoWith = (files: DemoFiles, options: DemoOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { address, answerLookUps } = yield* HttpApi
      yield* createDemoTopics
      yield* say("Info", introduction)
      yield* say("Info", `fact table:  ${files.table}`)
      if (Option.isSome(address)) {
        yield* say("Info", `page:        ${address.value.url}/`)
        yield* say("Info", `health:      ${address.value.url}/health`)
        yield* say("Info", `metrics:     ${address.value.url}/metrics`)
      }
      const processor = yield* makeProcessor({
        ordersSubscription: demoSettings.ordersSubscription,
        paymentsSubscription: demoSettings.paymentsSubscription,
        deadLetterTopic: demoSettings.dlqTopic,
        deadLettersListed: "one of each reason",
        processing: { ...options.processing, paymentGrace: Duration.seconds(demoGraceSeconds) }
      })
      yield* answerLookUps({ held: processor.lookUp, rows: makeRowLookUp(yield* FactStore) })
      yield* traffic(options, processor).pipe(
        withProgress(Effect.map(totals, progressLine)),
        withFates(options.json),
        Effect.ensuring(printOutlook(files)),
        withLiveView
      )
    })
  ).pipe(
    savingIncidents(options.recorder.incidentDir),
    Effect.provide(
      embedded({ ...options, dlqTopic: demoSettings.dlqTopic, file: files.table }, options.appVersion)
    ),
    Effect.provideService(ShownSettings, options.shown)
  )

/** How much of the traffic is out of the ordinary. */
const shares = { unmatched: 0.03, late: 0.01, early: 0.1, duplicates: 0.02, poison: 0.01 }

const percent = (share: number): string => `${Math.round(share * 100)} %`

const introduction = `Sample traffic: ${percent(shares.early)} of the payments come before their order, and wait. ${percent(shares.unmatched)} are for an order that never comes, ${percent(shares.late)} for
one that comes too late, and ${percent(shares.poison)} of all messages are broken: these become dead letters, on purpose.`

/** Keeps the dead letters, and says where to find more; not on standard output, which is for data. */
const printOutlook = (files: DemoFiles) =>
  Effect.gen(function* () {
    const rows = yield* (yield* FactStore).count
    const letters = yield* keepDeadLetters(files.deadLetters)
    yield* say("Info", `${rows} rows are in ${files.table}, ${letters} dead letters beside it. Next:`)
    for (const line of nextCommands(files)) yield* say("Info", line)
  }).pipe(Effect.catch((error) => Effect.logWarning(error.message)))

/** What to do next. The commands with `--demo` work on the first demo of a folder: after another one they are not named. */
export const nextCommands = ({ isFirst }: Pick<DemoFiles, "isFirst">): ReadonlyArray<string> => [
  ...(isFirst ? ["  npx counterfoil dlq list --demo    says why, and what would match by now"] : []),
  "  npx counterfoil --help             says what else there is"
]

/** Publishes and processes; when the traffic ends, the processor stops once all messages have their fate. */
const traffic = (options: DemoOptions, processor: Processor) => {
  const plan = planOf(options)
  const published = <A, E, R>(messages: Stream.Stream<A, E, R>) =>
    messages.pipe(
      options.duration._tag === "Some" ? Stream.haltWhen(Effect.sleep(options.duration.value)) : (all) => all,
      Stream.runDrain
    )
  // By then, the payments for them were given up.
  const later = isCounted(options) ? processor.drained : Effect.sleep(Duration.seconds(demoLateSeconds))
  const late = Effect.andThen(later, published(publishLateOrders(plan)))
  if (isCounted(options)) return runToTheEnd(processor, Effect.andThen(published(publishTraffic(plan)), late))
  const both = Effect.all([published(publishTraffic(plan)), late], {
    concurrency: "unbounded",
    discard: true
  })
  return Option.isSome(options.duration)
    ? runToTheEnd(processor, both)
    : Effect.raceFirst(processor.run, Effect.andThen(both, Effect.never))
}

const isCounted = ({ orders, payments }: DemoOptions): boolean =>
  Option.isSome(orders) || Option.isSome(payments)

const planOf = (options: DemoOptions): TrafficPlan => {
  const counted = isCounted(options)
  const otherwise = counted ? 0 : Number.POSITIVE_INFINITY
  return {
    topics: { orders: demoSettings.ordersTopic, payments: demoSettings.paymentsTopic },
    orders: Option.getOrElse(options.orders, () => otherwise),
    payments: Option.getOrElse(options.payments, () => otherwise),
    rate: Option.getOrElse(options.rate, () => (counted ? Number.POSITIVE_INFINITY : demoRate)),
    seed: options.seed,
    firstId: 1,
    ...shares
  }
}

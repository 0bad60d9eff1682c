/** What `demo` does: sample traffic through the whole processor, on embedded parts, in one process. */
import { resolve } from "node:path"
import { Duration, Effect, Option, Stream } from "effect"
import { embedded } from "../../App.ts"
import type { RecorderSettings } from "../../config/RecorderSection.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { HttpApi } from "../../http/HttpApi.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import { type ShownSetting, ShownSettings } from "../../http/IncidentHtml.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { makeProcessor, type Processor } from "../../ingest/Processor.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { publishTraffic, type TrafficPlan } from "../../sample/Traffic.ts"
import { demoGraceSeconds, demoRate } from "../Limits.ts"
import { say } from "../Logging.ts"
import { withProgress } from "../Progress.ts"
import { claimDemoFile } from "./DemoFile.ts"
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
  Effect.scoped(Effect.flatMap(claimDemoFile(resolve(".counterfoil")), (file) => demoWith(file, options)))

const demoWith = (file: string, options: DemoOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { address } = yield* HttpApi
      yield* createTopics
      yield* say("Info", introduction)
      yield* say("Info", `fact table:  ${file}`)
      if (Option.isSome(address)) {
        yield* say("Info", `page:        ${address.value.url}/`)
        yield* say("Info", `health:      ${address.value.url}/health`)
        yield* say("Info", `metrics:     ${address.value.url}/metrics`)
      }
      const processor = yield* makeProcessor({
        ordersSubscription: `${topics.orders}-sub`,
        paymentsSubscription: `${topics.payments}-sub`,
        deadLetterTopic: topics.deadLetters,
        deadLettersListed: "one of each reason",
        processing: { ...options.processing, paymentGrace: Duration.seconds(demoGraceSeconds) }
      })
      yield* traffic(options, processor).pipe(
        withProgress(Effect.map(totals, progressLine)),
        withFates(options.json),
        Effect.ensuring(printOutlook(file))
      )
    })
  ).pipe(
    savingIncidents(options.recorder.incidentDir),
    Effect.provide(embedded({ dlqTopic: topics.deadLetters, file, http: options.http }, options.appVersion)),
    Effect.provideService(ShownSettings, options.shown)
  )

const introduction = `Sample traffic: some payments come before their order, and wait. Some are for an order that never comes, and some
messages cannot be read: these become dead letters, on purpose.`

/** Says where to find more; not on standard output, which is for data. */
const printOutlook = (file: string) =>
  Effect.gen(function* () {
    const rows = yield* (yield* FactStore).count
    yield* say("Info", `${rows} rows are in ${file}; what else there is: npx counterfoil --help`)
  }).pipe(Effect.catchTag("FactStoreError", (error) => Effect.logWarning(error.message)))

const topics = { orders: "orders_data", payments: "payment_data", deadLetters: "dlq_payments_data" }

const createTopics = Effect.gen(function* () {
  const admin = yield* PubSubAdmin
  for (const topic of Object.values(topics)) {
    yield* admin.createTopic(topic)
    yield* admin.createSubscription({
      topic,
      subscription: `${topic}-sub`,
      ackDeadline: Duration.seconds(60),
      retention: Duration.days(7)
    })
  }
})

/** Publishes and processes; when the traffic ends, the processor stops once all messages have their fate. */
const traffic = (options: DemoOptions, processor: Processor) => {
  const published = publishTraffic(planOf(options)).pipe(
    options.duration._tag === "Some" ? Stream.haltWhen(Effect.sleep(options.duration.value)) : (all) => all,
    Stream.runDrain
  )
  return isEndless(options)
    ? Effect.raceFirst(processor.run, Effect.andThen(published, Effect.never))
    : runToTheEnd(processor, published)
}

const isEndless = ({ orders, payments, duration }: DemoOptions): boolean =>
  Option.isNone(orders) && Option.isNone(payments) && Option.isNone(duration)

const planOf = (options: DemoOptions): TrafficPlan => {
  const counted = Option.isSome(options.orders) || Option.isSome(options.payments)
  const otherwise = counted ? 0 : Number.POSITIVE_INFINITY
  return {
    topics: { orders: topics.orders, payments: topics.payments },
    orders: Option.getOrElse(options.orders, () => otherwise),
    payments: Option.getOrElse(options.payments, () => otherwise),
    rate: Option.getOrElse(options.rate, () => (counted ? Number.POSITIVE_INFINITY : demoRate)),
    seed: options.seed,
    firstId: 1,
    unmatched: 0.03,
    early: 0.1,
    duplicates: 0.02,
    poison: 0.01
  }
}

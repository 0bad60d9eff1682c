/** What `produce` does. */
import { Console, Effect, Option, Ref, Stream } from "effect"
import { googlePubSub } from "../../App.ts"
import type { PubSubSettings } from "../../config/Settings.ts"
import { fates } from "../../domain/Fate.ts"
import { noTraffic, publishTraffic, type TrafficPlan, type TrafficTotals } from "../../sample/Traffic.ts"
import { escapedJson } from "../Escaped.ts"
import { withProgress } from "../Progress.ts"
import { connectedTo } from "./ServerTimeout.ts"

/** The options of `produce`. */
export interface ProduceOptions {
  readonly what: "orders" | "payments" | "all"
  /** None: until it is stopped. */
  readonly count: Option.Option<number>
  /** Messages a second. */
  readonly rate: number
  readonly unmatched: number
  readonly early: number
  readonly duplicates: number
  readonly poison: number
  readonly firstId: number
  readonly seed: number
  readonly pubSub: PubSubSettings
  readonly json: boolean
}

/**
 * Publishes the traffic and prints what was published, and what should become of it.
 *
 * **Errors**: `PubSubError`, where a topic is missing or Pub/Sub did not accept a message within 10 s of retries.
 */
export const produce = (options: ProduceOptions) =>
  Effect.gen(function* () {
    const totals = yield* Ref.make(noTraffic)
    yield* publishTraffic(planOf(options)).pipe(
      Stream.runForEach((all) => Ref.set(totals, all)),
      withProgress(Effect.map(Ref.get(totals), publishedLine)),
      Effect.ensuring(
        Effect.flatMap(Ref.get(totals), (all) =>
          Console.log(options.json ? escapedJson(all) : summary(options.what, all))
        )
      )
    )
  }).pipe(connectedTo("Pub/Sub", googlePubSub(options.pubSub)))

const planOf = (options: ProduceOptions): TrafficPlan => {
  const count = Option.getOrElse(options.count, () => Number.POSITIVE_INFINITY)
  return {
    topics: {
      ...(options.what === "payments" ? {} : { orders: options.pubSub.ordersTopic }),
      ...(options.what === "orders" ? {} : { payments: options.pubSub.paymentsTopic })
    },
    orders: count,
    payments: count,
    rate: options.rate,
    seed: options.seed,
    firstId: options.firstId,
    unmatched: options.unmatched,
    early: options.early,
    duplicates: options.duplicates,
    poison: options.poison
  }
}

const publishedLine = ({ published }: TrafficTotals): string =>
  `published ${published.orders} orders · ${published.payments} payments`

/** What was published, and what should become of it; whether the orders of payments alone are stored is not known. */
export const summary = (what: ProduceOptions["what"], totals: TrafficTotals): string =>
  [
    publishedLine(totals),
    ...fates
      .filter((fate) => totals.expected[fate] > 0)
      .map((fate) => {
        const condition =
          what === "payments" && fate === "payment-matched" ? ", where their orders are stored" : ""
        return `  ${String(totals.expected[fate]).padStart(10)}  to be ${fate}${condition}`
      })
  ].join("\n")

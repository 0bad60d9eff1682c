/** Connects the commands that work on dead letters, and asks what they need to know. */
import { Duration, Effect, Layer, Option, Result } from "effect"
import { cassandraFacts, googlePubSub } from "../../App.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import type { PubSubSettings } from "../../config/Settings.ts"
import { FactStore, FactStoreError, FactStoreUnavailable } from "../../facts/FactStore.ts"
import type { SourceSubscriptions } from "../../ingest/DeadLetterMessages.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { redriveStatementsAtOnce } from "../Limits.ts"
import { withDemo } from "./DemoDeadLetters.ts"
import { type DemoMark, isDemo } from "./DemoSettings.ts"
import { connectedTo, withServerTimeout } from "./ServerTimeout.ts"

/** The settings of a command that works on dead letters. */
export interface DlqSettings {
  readonly pubSub: PubSubSettings
  readonly cassandra: CassandraSettings | DemoMark
  readonly processing: ProcessingSettings
}

/** Connects to both servers, or to what a demo has left, for as long as the body runs. **Errors**: also `ServerSilent`, exit 1. */
export const connectedToBoth =
  ({ cassandra, pubSub }: DlqSettings) =>
  <A, E, R>(body: Effect.Effect<A, E, R>) =>
    isDemo(cassandra)
      ? withDemo(body)
      : body.pipe(
          connectedTo("Cassandra", cassandraFacts(cassandra, redriveStatementsAtOnce)),
          connectedTo("Pub/Sub", googlePubSub(pubSub))
        )

/** Connects to Pub/Sub for as long as the body runs. **Errors**: also `ServerSilent`, exit 1. */
export const connectedToPubSub =
  ({ pubSub }: Pick<DlqSettings, "pubSub">) =>
  <A, E, R>(body: Effect.Effect<A, E, R>) =>
    isDemo(pubSub) ? withDemo(body) : body.pipe(connectedTo("Pub/Sub", googlePubSub(pubSub)))

/**
 * Connects to both; where the fact table cannot be connected to, it is one that answers nothing but why: what can be
 * told without it is told.
 */
export const connectedWhereFactsMayBeSilent =
  ({ cassandra, pubSub }: DlqSettings) =>
  <A, E, R>(body: Effect.Effect<A, E, R>) => {
    if (isDemo(cassandra)) return withDemo(body)
    return Effect.scoped(
      Effect.gen(function* () {
        const facts = cassandraFacts(cassandra, redriveStatementsAtOnce)
        const connected = yield* withServerTimeout("Cassandra")(Layer.build(facts)).pipe(
          Effect.catch((error) => Layer.build(Layer.succeed(FactStore, silentFacts(error.message))))
        )
        return yield* Effect.provideContext(body, connected)
      })
    ).pipe(connectedTo("Pub/Sub", googlePubSub(pubSub)))
  }

/** What the commands have to know of the deployment. */
export interface Deployment {
  /** The full name of the dead-letter subscription. */
  readonly subscription: string
  readonly project: string
  readonly sources: SourceSubscriptions
  /** What a command that is named to the user has to have too, a blank first. */
  readonly flags?: string
}

/** The full names of a deployment's subscriptions. */
export const deploymentOf = (settings: PubSubSettings): Effect.Effect<Deployment, never, PubSubAdmin> =>
  Effect.map(PubSubAdmin, ({ subscriptionName }) => {
    const subscription = subscriptionName(settings.dlqSubscription)
    return {
      subscription,
      project: subscription.split("/")[1] ?? "",
      sources: {
        orders: subscriptionName(settings.ordersSubscription),
        payments: subscriptionName(settings.paymentsSubscription)
      },
      flags: isDemo(settings) ? " --demo" : ""
    }
  })

/** What a dead-letter subscription does by itself; none of it where it may not be asked. */
export interface SubscriptionKnown {
  /** For how long it keeps messages. **Units**: milliseconds. */
  readonly retention: Option.Option<number>
  /** After how many deliveries it gives messages up itself, each look being one. */
  readonly maxAttempts: Option.Option<number>
}

/** Asks about a subscription; whoever reads it need not be allowed to ask. */
export const askedAbout = (subscription: string): Effect.Effect<SubscriptionKnown, never, PubSubAdmin> =>
  Effect.flatMap(PubSubAdmin, (admin) => admin.describeSubscription(subscription)).pipe(
    withServerTimeout("Pub/Sub"),
    Effect.orElseSucceed(() => Option.none()),
    Effect.map((info) => ({
      retention: Option.map(info, ({ retention }) => Duration.toMillis(retention)),
      maxAttempts: Option.map(
        Option.flatMap(info, ({ deadLetterPolicy }) => deadLetterPolicy),
        ({ maxDeliveryAttempts }) => maxDeliveryAttempts
      )
    }))
  )

/** A fact table that does not answer. */
export const silentFacts = (detail: string): FactStore["Service"] => {
  const error = (operation: string) =>
    new FactStoreError({ operation, reason: new FactStoreUnavailable({ detail, cause: undefined }) })
  return FactStore.of({
    storeOrders: (writes) => Effect.succeed(writes.map(() => Result.fail(error("store orders")))),
    storePayments: (writes) => Effect.succeed(writes.map(() => Result.fail(error("store payments")))),
    states: (orderIds) => Effect.succeed(orderIds.map(() => Result.fail(error("read states")))),
    get: () => Effect.fail(error("read fact")),
    count: Effect.fail(error("count facts")),
    ping: Effect.fail(error("ping"))
  })
}

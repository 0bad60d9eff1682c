/** Connects to Pub/Sub, and has it judged. */
import { Effect, Layer, Option, Result } from "effect"
import { googlePubSub } from "../../App.ts"
import { type CheckResult, judge } from "../../checks/Check.ts"
import { pubSubConnectionChecks } from "../../checks/ConnectionChecks.ts"
import { judgePubSub, pubSubChecks } from "../../checks/PubSubChecks.ts"
import { type ChannelPlan, type PubSubReading, readPubSub } from "../../checks/PubSubReading.ts"
import type { PubSubSettings } from "../../config/Settings.ts"
import { GoogleClient } from "../../pubsub/google/GoogleClient.ts"
import { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { notConnected } from "./DoctorConnection.ts"
import { withServerTimeout } from "./ServerTimeout.ts"

/** Pub/Sub, judged. */
export interface JudgedPubSub {
  readonly results: ReadonlyArray<CheckResult>
  /** Undefined where it could not be connected to. */
  readonly reading: PubSubReading | undefined
}

/** Connects, reads and judges. Nothing fails; a server that does not answer is given up after 10 s. */
export const pubSubOf = (
  settings: PubSubSettings,
  /** The flag or variable that gave the project id; undefined: the credentials did. */
  projectFrom: string | undefined
): Effect.Effect<JudgedPubSub> =>
  Effect.scoped(
    Effect.gen(function* () {
      const connection = yield* Effect.result(
        withServerTimeout(`Pub/Sub, ${serverOf(settings)},`)(
          Effect.gen(function* () {
            const services = yield* Layer.build(googlePubSub(settings))
            // The client was made without a word of the server.
            yield* Effect.provideContext(firstAnswer(settings), services)
            return services
          })
        )
      )
      if (Result.isFailure(connection)) {
        const results = notConnected(connection.failure, pubSubConnectionChecks, pubSubChecks)
        return { results, reading: undefined }
      }
      return yield* Effect.provideContext(
        Effect.gen(function* () {
          const shows = whom(settings, yield* GoogleClient, projectFrom)
          const reading = yield* readPubSub({ channels: channelsOf(settings) })
          const connected = judge(pubSubConnectionChecks, { failure: undefined, shows })
          return { results: [...connected, ...judgePubSub(reading)], reading }
        }),
        connection.success
      )
    })
  )

/** Whatever it says about a topic is an answer, a refusal too. */
const firstAnswer = ({ ordersTopic }: PubSubSettings) =>
  Effect.flatMap(PubSubAdmin, (admin) => admin.topicExists(ordersTopic)).pipe(
    Effect.catchIf(
      ({ reason }) => reason._tag !== "PubSubUnavailable" && reason._tag !== "CredentialsRefused",
      () => Effect.succeed(false)
    )
  )

const serverOf = ({ emulatorHost }: PubSubSettings): string =>
  Option.match(emulatorHost, { onNone: () => "the service", onSome: (host) => `an emulator at ${host}` })

const whom = (
  settings: PubSubSettings,
  { projectId, projectIdSource }: Pick<GoogleClient["Service"], "projectId" | "projectIdSource">,
  projectFrom = projectIdSource
): string => `${serverOf(settings)}, project ${projectId} (from ${projectFrom})`

const channelsOf = (settings: PubSubSettings): ReadonlyArray<ChannelPlan> => [
  { name: "orders", topic: settings.ordersTopic, subscription: settings.ordersSubscription },
  { name: "payments", topic: settings.paymentsTopic, subscription: settings.paymentsSubscription },
  { name: "dead letters", topic: settings.dlqTopic, subscription: settings.dlqSubscription }
]

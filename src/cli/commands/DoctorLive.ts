/** Makes scratch things, proves on them what a deployment does with messages, and removes them. */
import { Duration, Effect, Exit, Layer, References, Result } from "effect"
import { application, googlePubSub, observed } from "../../App.ts"
import type { Cassandra } from "../../cassandra/Cassandra.ts"
import { liveGraceSeconds, liveShutdownSeconds } from "../../checks/Limits.ts"
import { type LivePorts, prove, unproved } from "../../checks/live/LiveProofs.ts"
import type { LiveProofs, LiveReading, Removal } from "../../checks/live/LiveReading.ts"
import { Scratch } from "../../checks/live/Scratch.ts"
import {
  type LiveDeployment,
  makeScratch,
  removeEarlier,
  type ScratchPlan,
  scratchPlan
} from "../../checks/live/ScratchPlan.ts"
import { appVersion } from "../../config/AppVersion.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { telemetryOff } from "../../telemetry/TelemetrySettings.ts"
import { liveSeconds } from "../Limits.ts"
import { withProgress } from "../Progress.ts"
import { withServerTimeout } from "./ServerTimeout.ts"

/**
 * Proves what a deployment does with messages.
 *
 * Nothing fails. An interruption removes what was made before it goes on; what cannot be removed then is in the log.
 */
export const readLive = (
  deployment: LiveDeployment,
  cassandra: Cassandra["Service"]
): Effect.Effect<LiveReading> => {
  let phase = "live: making scratch topics, subscriptions and tables"
  return Effect.scoped(
    Effect.uninterruptibleMask((restore) =>
      Effect.gen(function* () {
        const scratch = new Scratch()
        const connection = withServerTimeout("Pub/Sub")(Layer.build(googlePubSub(deployment.pubSub)))
        const context = yield* Effect.result(restore(connection))
        if (Result.isFailure(context)) return nothingMade(context.failure.message)
        const used = Effect.gen(function* () {
          const plan = yield* scratchPlan(deployment)
          const made = yield* Effect.result(makeScratch(scratch, plan, deployment, cassandra))
          if (Result.isFailure(made)) return { made, proofs: undefined }
          phase = "live: sending orders and payments, and waiting for a lease to end"
          return { made, proofs: yield* proofsOf(plan, deployment) }
        }).pipe(
          // Whatever is slow, the making or the proofs.
          Effect.timeoutOrElse({
            duration: Duration.seconds(liveSeconds),
            orElse: () => Effect.succeed(tooLong)
          }),
          (proving) => Effect.all([proving, removeEarlier(deployment.prepared, cassandra)], concurrently),
          withProgress(Effect.sync(() => phase)),
          Effect.provideService(References.MinimumLogLevel, "Error")
        )
        const exit = yield* Effect.exit(restore(Effect.provideContext(used, context.success)))
        const { left, removed } = yield* scratch.removeAll
        if (Exit.isFailure(exit)) {
          yield* Effect.forEach(left, ({ remedy, what, why }) =>
            Effect.logWarning(`${what} is left behind: ${why}; ${remedy}`)
          )
          return yield* Effect.failCause(exit.cause)
        }
        const [{ made, proofs }, earlier] = exit.value
        const removal: Removal = { ...earlier, removed, left: [...earlier.left, ...left] }
        return { scratch: made, proofs, removal }
      })
    )
  )
}

const concurrently = { concurrency: "unbounded" } as const

const tooLong = {
  made: Result.succeed("made, but slowly"),
  proofs: unproved(`no end within ${liveSeconds} s`)
}

const nothingMade = (message: string): LiveReading => ({
  scratch: Result.fail({ found: message, expected: "a connection", remedy: "see CF-601 and CF-602" }),
  proofs: undefined,
  removal: { removed: [], earlier: [], left: [], unknown: [] }
})

/** Runs the stream code of `run`, with the layers of `run`, on the scratch things. */
const proofsOf = (plan: ScratchPlan, deployment: LiveDeployment): Effect.Effect<LiveProofs> => {
  const { channels, keyspace } = plan
  const processing = liveProcessing(deployment.processing)
  const settings = {
    pubSub: {
      ...deployment.pubSub,
      ordersTopic: channels.orders.topic,
      ordersSubscription: channels.orders.subscription,
      paymentsTopic: channels.payments.topic,
      paymentsSubscription: channels.payments.subscription,
      dlqTopic: channels.deadLetters.topic,
      dlqSubscription: channels.deadLetters.subscription
    },
    cassandra: { ...deployment.cassandra, keyspace },
    processing,
    http: notServed,
    telemetry: telemetryOff
  }
  const proofs: Effect.Effect<LiveProofs, never, LivePorts> = Effect.scoped(prove({ ...plan, processing }))
  return proofs.pipe(
    Effect.provide(
      Layer.provideMerge(
        application(settings, appVersion, Effect.void),
        observed(notServed, { appVersion, telemetry: telemetryOff })
      )
    ),
    Effect.catch(({ message }: { readonly message: string }) => Effect.succeed(unproved(message)))
  )
}

const notServed = { host: "127.0.0.1", port: 0, portAsked: false } as const

/** A grace that no proof can outlast, where payments wait at all, and a stop that is quick. */
const liveProcessing = (processing: ProcessingSettings): ProcessingSettings => ({
  ...processing,
  paymentGrace:
    Duration.toMillis(processing.paymentGrace) === 0
      ? processing.paymentGrace
      : Duration.max(processing.paymentGrace, Duration.seconds(liveGraceSeconds)),
  shutdownTimeout: Duration.min(processing.shutdownTimeout, Duration.seconds(liveShutdownSeconds))
})

/** Proves on a running deployment what it does with messages: by the stream code of `run`, on scratch things. */
import { Cause, Effect, Exit, Fiber, Result, type Scope } from "effect"
import type { DeadLetters } from "../../deadletters/DeadLetters.ts"
import { FactStore } from "../../facts/FactStore.ts"
import type { ProgressTable } from "../../facts/ProgressTable.ts"
import { makeProcessor, type Processor } from "../../ingest/Processor.ts"
import type { Publisher } from "../../pubsub/Publisher.ts"
import type { PubSubAdmin } from "../../pubsub/PubSubAdmin.ts"
import { Subscriber } from "../../pubsub/Subscriber.ts"
import type { Health } from "../../telemetry/Health.ts"
import { Metrics } from "../../telemetry/Metrics.ts"
import { liveProofSeconds } from "../Limits.ts"
import { proveDeadLetter } from "./DeadLetterProof.ts"
import { type LiveContext, type LiveOptions, makeLiveContext } from "./LiveContext.ts"
import { watchedPorts } from "./LivePorts.ts"
import type { LiveProofs, NotProved, Proof } from "./LiveReading.ts"
import { type LostLease, loseLease, proveLostLease } from "./LostLeaseProof.ts"
import { proveEarlyPayment, proveReplay, proveRows } from "./PairProofs.ts"

/** What the stream code needs. */
export type LivePorts =
  | Subscriber
  | Publisher
  | PubSubAdmin
  | FactStore
  | ProgressTable
  | DeadLetters
  | Metrics
  | Health

/**
 * Runs the stream code of `run` on these topics and this table, and proves what it does; stops it cleanly at the end.
 *
 * Takes about 12 s: a lease has to end. Nothing fails: what could not be shown says why.
 */
export const prove = (options: LiveOptions): Effect.Effect<LiveProofs, never, LivePorts | Scope.Scope> =>
  Effect.gen(function* () {
    const { facts, seen, subscriber } = yield* watchedPorts
    const lost = yield* Effect.result(loseLease(options))
    const context = yield* makeLiveContext(options, seen, liveProofSeconds)
    const processor = yield* makeProcessor({
      ordersSubscription: options.channels.orders.subscription,
      paymentsSubscription: options.channels.payments.subscription,
      deadLetterTopic: options.channels.deadLetters.topic,
      processing: options.processing
    }).pipe(Effect.provideService(Subscriber, subscriber), Effect.provideService(FactStore, facts))
    // supervised: its end ends the proofs, which wait for what it does
    const running = yield* Effect.forkScoped(processor.run)
    const proofs = yield* Effect.raceFirst(
      proveAll(context, processor, lost),
      Effect.map(Fiber.await(running), nothingProved)
    )
    yield* Fiber.interrupt(running)
    return proofs
  })

const proveAll = Effect.fnUntraced(function* (
  context: LiveContext,
  processor: Processor,
  lost: Result.Result<LostLease, NotProved>
): Effect.fn.Return<LiveProofs, never, LivePorts> {
  const { totals } = yield* Metrics
  return yield* Effect.all(
    {
      rows: Effect.result(proveRows(context)),
      replay: Effect.result(proveReplay(context)),
      earlyPayment: Effect.result(proveEarlyPayment(context, processor)),
      lostLease: Effect.result(proveLostLease(context, lost)),
      deadLetter: Effect.result(
        proveDeadLetter(
          context,
          Effect.map(totals("orders"), ({ fates }) => fates["dead-lettered(undecodable)"])
        )
      )
    },
    { concurrency: "unbounded" }
  )
})

/** The stream code has ended by itself, which it must not. */
const nothingProved = (exit: Exit.Exit<void, { readonly message: string }>): LiveProofs => {
  const why = Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
  return unproved(`the stream code ended: ${why instanceof Error ? why.message : "without an error"}`)
}

/** Nothing could be tried, for this reason; it is told once. */
export const unproved = (detail: string): LiveProofs => {
  const untried: Proof<never> = Result.fail({ why: "untried", detail })
  return {
    rows: Result.fail({ why: "failed", detail }),
    replay: untried,
    earlyPayment: untried,
    lostLease: untried,
    deadLetter: untried
  }
}

/** Makes a span of each try at a batch that is sampled, with links to the messages in it. */
import { Clock, Context, Effect, Exit, Option, type Tracer } from "effect"
import type { Batch, BatchAttempt, Unsettled } from "../pipeline/BatchAttempt.ts"
import type { DecodedDelivery } from "../pipeline/DecodedDelivery.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { BatchTracing, type Tracing } from "./BatchTracing.ts"
import { spanLinks } from "./SpanLinks.ts"

/** What spans say of the attempts of one subscription. */
export interface TracedOptions {
  /** The full name of the subscription. */
  readonly subscription: string
  readonly operation: "process" | "redrive"
}

/**
 * The same attempt, with a span for each batch that is sampled: from its receipt, or from the beginning of a later try,
 * until its acknowledgements are answered. Where batches are not traced, it is the attempt itself.
 *
 * **Guarantee**: nothing is read of a batch that is not sampled; nothing waits for a span.
 */
export const tracedAttempt = <A, E, F extends string, R extends string>(
  attempt: BatchAttempt<A, E, F, R>,
  options: TracedOptions
): Effect.Effect<BatchAttempt<A, E, F, R>> =>
  Effect.gen(function* () {
    const tracing = yield* BatchTracing
    if (tracing === undefined) return attempt
    const recorder = new SpanRecorder(tracing, yield* Clock.Clock, options)
    return {
      ...attempt,
      settle: (batch) =>
        Effect.suspend(() => {
          if (!tracing.isSampled()) return attempt.settle(batch)
          const span = recorder.beginTry(batch)
          const onDurable = recorder.watched(span, batch.onDurable)
          return recorder.ended(span, attempt.settle({ ...batch, onDurable }), (unsettled) => {
            noteUnsettled(span, unsettled)
            return unsettled.storeError?.message
          })
        }),
      deadLetter: (letters, batch, isDue) =>
        Effect.suspend(() => {
          if (!tracing.isSampled()) return attempt.deadLetter(letters, batch, isDue)
          const decoded = letters.map((letter) => letter.decoded)
          const span = recorder.begin("publish", "producer", decoded)
          const watched = { ...batch, onDurable: recorder.watched(span, batch.onDurable) }
          return recorder.ended(span, attempt.deadLetter(letters, watched, isDue), ({ length }) => {
            if (length > 0) span.attribute("counterfoil.retried", length)
            return undefined
          })
        })
    }
  })

class SpanRecorder {
  readonly #tracer: Tracer.Tracer
  readonly #clock: Clock.Clock
  readonly #options: TracedOptions

  constructor({ tracer }: Tracing, clock: Clock.Clock, options: TracedOptions) {
    this.#tracer = tracer
    this.#clock = clock
    this.#options = options
  }

  /** Begins the span of a try; a first one began when the batch was received. */
  beginTry<A, E, F extends string>({ deliveries, isFirstTry }: Batch<A, E, F>): Tracer.Span {
    const { operation } = this.#options
    const receivedAtMillis = isFirstTry ? deliveries[0]?.receivedAtMillis : undefined
    const span = this.begin(operation, "consumer", deliveries, receivedAtMillis)
    span.attribute("counterfoil.first_try", isFirstTry)
    span.event("decoded", this.#now())
    return span
  }

  begin(
    operation: string,
    kind: Tracer.SpanKind,
    deliveries: ReadonlyArray<DecodedDelivery<unknown, unknown>>,
    sinceMillis?: number
  ): Tracer.Span {
    const { dropped, links } = spanLinks(deliveries.map(({ delivery }) => delivery))
    const subscription = this.#options.subscription.replace(/^.*\//, "")
    const ago = sinceMillis === undefined ? 0 : Math.max(0, monotonicMillis(this.#clock) - sinceMillis)
    const span = this.#tracer.span({
      name: `${operation} ${subscription}`,
      parent: Option.none(),
      annotations: Context.empty(),
      links,
      startTime: this.#now() - BigInt(Math.round(ago * 1e6)),
      kind,
      root: true,
      sampled: true
    })
    span.attribute("messaging.system", "gcp_pubsub")
    span.attribute("messaging.operation.name", operation)
    span.attribute("messaging.operation.type", kind === "producer" ? "send" : "process")
    span.attribute("messaging.destination.subscription.name", subscription)
    span.attribute("messaging.batch.message_count", deliveries.length)
    if (dropped > 0) span.attribute("counterfoil.links_dropped", dropped)
    return span
  }

  /** Tells the span of durable effects, too. */
  watched<F extends string>(
    span: Tracer.Span,
    onDurable: Batch<never, never, F>["onDurable"]
  ): Batch<never, never, F>["onDurable"] {
    return (fate, deliveries) => {
      span.attribute(`counterfoil.fates.${fate}`, deliveries.length)
      span.event("durable", this.#now())
      onDurable(fate, deliveries)
    }
  }

  /** Ends the span with the attempt, however it ends. `note`: says what of it, and answers why the store did not. */
  ended<A>(
    span: Tracer.Span,
    attempt: Effect.Effect<A>,
    note: (result: A) => string | undefined
  ): Effect.Effect<A> {
    return Effect.onExit(attempt, (exit) =>
      Effect.sync(() => {
        const error = Exit.isSuccess(exit) ? note(exit.value) : undefined
        span.end(this.#now(), error === undefined ? exit : Exit.fail(error))
      })
    )
  }

  #now(): bigint {
    return this.#clock.currentTimeNanosUnsafe()
  }
}

const noteUnsettled = <A, E, R extends string>(span: Tracer.Span, unsettled: Unsettled<A, E, R>): void => {
  const { deadLetters, leave, retry, wait } = unsettled
  const counts = { retried: retry, waiting: wait, left: leave, dead_letters: deadLetters }
  for (const [what, { length }] of Object.entries(counts))
    if (length > 0) span.attribute(`counterfoil.${what}`, length)
}

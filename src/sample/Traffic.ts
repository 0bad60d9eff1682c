/** Publishes sample traffic at a rate, and keeps count. */
import { Clock, Duration, Effect, Result, Schedule, Stream } from "effect"
import { type Fate, noFates } from "../domain/Fate.ts"
import type { StreamName } from "../domain/StreamName.ts"
import type { Message } from "../pubsub/Message.ts"
import { Publisher } from "../pubsub/Publisher.ts"
import { noAnswer, PubSubError, PubSubUnavailable } from "../pubsub/PubSubError.ts"
import { lateOrders, type TrafficOptions, type Wave, waves } from "./Generator.ts"
import {
  publishRequestMessages,
  publishRequestsAtOnce,
  publishRetryBaseMillis,
  publishRetryCapMillis,
  publishRetrySeconds,
  trafficPaceMillis,
  trafficWaveMax
} from "./Limits.ts"

/** What to publish, where, and how fast. */
export interface TrafficPlan extends TrafficOptions {
  /** The topic of each stream; a stream without one is left out. */
  readonly topics: Readonly<Partial<Record<StreamName, string>>>
  /** Messages a second over all topics; infinite: as fast as the topics accept them. */
  readonly rate: number
}

/** What has been published since the start. */
export interface TrafficTotals {
  readonly published: Readonly<Record<StreamName, number>>
  /** What should become of it; a payment that is published twice may be superseded instead of matched. */
  readonly expected: Readonly<Record<Fate, number>>
}

/**
 * Publishes the plan's traffic and emits the totals after each wave.
 *
 * **Errors**: `PubSubError`, not retryable or still failing after 10 s of tries; the totals so far stand.
 * **Guarantee**: an order is confirmed before its payment is sent, except early payments. A message may be published
 * twice where the answer to its request was lost.
 */
export const publishTraffic = (plan: TrafficPlan): Stream.Stream<TrafficTotals, PubSubError, Publisher> =>
  publishWaves(plan, waves(plan, blockSize(plan.rate)), plan.rate)

/**
 * Publishes the late orders of the plan's traffic: begun later, each comes by as much later as it would have come.
 *
 * **Errors**: as `publishTraffic`.
 */
export const publishLateOrders = (plan: TrafficPlan): Stream.Stream<TrafficTotals, PubSubError, Publisher> =>
  publishWaves(plan, lateOrders(plan, blockSize(plan.rate)), (plan.rate / 2) * (plan.late ?? 0))

const publishWaves = (
  plan: TrafficPlan,
  all: Generator<Wave>,
  rate: number
): Stream.Stream<TrafficTotals, PubSubError, Publisher> =>
  Stream.unwrap(
    Effect.map(Clock.currentTimeMillis, (startMillis) => {
      let totals = noTraffic
      return Stream.fromIterable(all, { chunkSize: 1 }).pipe(
        Stream.map((wave) => wave.filter(({ stream }) => plan.topics[stream] !== undefined)),
        Stream.filter((wave) => wave.length > 0),
        Stream.mapEffect((wave) =>
          pause(startMillis, (totals.published.orders + totals.published.payments) / rate).pipe(
            Effect.andThen(publishWave(plan, wave)),
            Effect.map(() => {
              totals = added(totals, wave)
              return totals
            })
          )
        )
      )
    })
  )

/** Before anything is published. */
export const noTraffic: TrafficTotals = {
  published: { orders: 0, payments: 0 },
  expected: noFates()
}

// A block makes an order and a payment of each position.
const blockSize = (rate: number): number =>
  Math.max(1, Math.round(Math.min(trafficWaveMax, (rate * trafficPaceMillis) / 1000) / 2))

const pause = (startMillis: number, afterSeconds: number): Effect.Effect<void> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const wait = startMillis + afterSeconds * 1000 - now
    return wait > 0 ? Effect.sleep(wait) : Effect.void
  })

const publishWave = (plan: TrafficPlan, wave: Wave): Effect.Effect<void, PubSubError, Publisher> => {
  const requests = Object.entries(plan.topics).flatMap(([stream, topic]) => {
    const messages = wave.flatMap((item) => (item.stream === stream ? [item.message] : []))
    return inGroups(messages, publishRequestMessages).map((group) => publishAll(topic, group))
  })
  return Effect.all(requests, { concurrency: publishRequestsAtOnce, discard: true })
}

/** Publishes the messages, those that fail again and again until all are confirmed. */
const publishAll = (
  topic: string,
  messages: ReadonlyArray<Message>
): Effect.Effect<void, PubSubError, Publisher> =>
  Effect.suspend(() => {
    let left = messages
    let trouble: PubSubError | undefined
    const attempt = Effect.gen(function* () {
      const answers = yield* (yield* Publisher).publish(topic, left)
      const failures = answers.flatMap((answer) => (Result.isFailure(answer) ? [answer.failure] : []))
      left = left.filter((_, index) => {
        const answer = answers[index]
        return answer === undefined || Result.isFailure(answer)
      })
      const worst = failures.find(({ isRetryable }) => !isRetryable) ?? failures[0]
      trouble = worst
      if (worst !== undefined) return yield* worst
    })
    return Effect.retry(attempt, { schedule: retrySchedule, while: ({ isRetryable }) => isRetryable }).pipe(
      Effect.timeoutOrElse({
        duration: Duration.seconds(publishRetrySeconds),
        orElse: () => Effect.fail(trouble ?? unanswered(topic))
      })
    )
  })

const retrySchedule = Schedule.min([
  Schedule.exponential(publishRetryBaseMillis),
  Schedule.spaced(publishRetryCapMillis)
]).pipe(Schedule.jittered)

const unanswered = (topic: string): PubSubError =>
  new PubSubError({
    operation: "publish",
    resource: topic,
    reason: new PubSubUnavailable({ detail: noAnswer, cause: undefined })
  })

const inGroups = <A>(values: ReadonlyArray<A>, size: number): ReadonlyArray<ReadonlyArray<A>> =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size)
  )

const added = ({ published, expected }: TrafficTotals, wave: Wave): TrafficTotals => {
  const counts: Record<Fate, number> = { ...expected }
  for (const { fate } of wave) counts[fate] += 1
  const orders = wave.filter(({ stream }) => stream === "orders").length
  return {
    published: { orders: published.orders + orders, payments: published.payments + wave.length - orders },
    expected: counts
  }
}

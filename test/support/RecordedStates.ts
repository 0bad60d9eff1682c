/** What processes in certain states have recorded, made by the recorder itself in virtual time. */
import { Effect, Layer, Logger } from "effect"
import { TestClock } from "effect/testing"
import { CassandraError, TimedOut } from "../../src/cassandra/CassandraError.ts"
import { fates } from "../../src/domain/Fate.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { Health, healthParts } from "../../src/telemetry/Health.ts"
import { framesMax } from "../../src/telemetry/Limits.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { SeededRandom } from "./SeededRandom.ts"

/** The states of which there are recordings. */
export const recordedStates = ["well", "outage", "empty"] as const

/** One of {@link recordedStates}. */
export type RecordedState = (typeof recordedStates)[number]

const recorded = Recorder.layer("0.1.0").pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Health.layerWith(() => "check that Cassandra runs"),
      Metrics.layer
    )
  )
)

const silence = new CassandraError({
  operation: "write",
  reason: new TimedOut({ detail: "no answer within 12 s", cause: undefined })
})

/** A recording of ten minutes. **Shape**: as `/frames` answers it, with all frames at once. */
export const recordingOf = (state: RecordedState): Effect.Effect<string> =>
  Effect.gen(function* () {
    // Before there is a recorder: it would make a frame of each second since 1970.
    yield* TestClock.setTime(beganMillis)
    return yield* Effect.provide(recordedIn(state), recorded)
  }).pipe(Effect.provide(Layer.merge(TestClock.layer(), Logger.layer([]))), Effect.scoped)

const beganMillis = Date.UTC(2026, 10, 25, 3, 0, 0)

const recordedIn = Effect.fnUntraced(function* (state: RecordedState) {
  const health = yield* Health
  const { recording } = yield* Recorder
  if (state !== "empty") {
    for (const part of healthParts) yield* health.set(part, { _tag: "Healthy" })
    yield* flow(state)
  } else yield* TestClock.adjust("1 second")
  return recording({ since: 0, deadLetters: "shown", atMost: framesMax })
})

const flow = Effect.fnUntraced(function* (state: RecordedState) {
  const health = yield* Health
  const metrics = yield* Metrics
  const random = new SeededRandom(7)
  const totals = { orders: makeStreamLedger(fates).totals(), payments: makeStreamLedger(fates).totals() }
  const counts = { orders: structuredClone(totals.orders), payments: structuredClone(totals.payments) }
  for (const stream of ["orders", "payments"] as const)
    yield* metrics.watch(stream, { totals: () => counts[stream] as never })
  yield* metrics.processorMade({
    process: "orders-7d9f-1-5e2a91c4",
    waitingRoomMax: 20_000,
    maxRetrying: 2_000,
    graceMillis: 30_000
  })
  yield* metrics.watchStatements({ inFlight: () => 61, limit: () => 512 })
  for (let second = 0; second < 600; second++) {
    const now = beganMillis + second * 1_000
    const isOut = state === "outage" && second >= 559
    if (isOut && second === 559)
      yield* health.set("facts", {
        _tag: "Unavailable",
        reason: "no answer within 12 s",
        error: { message: "", cause: silence }
      })
    const came = isOut ? 0 : 300 + Math.round(random.next() * 40)
    move(counts, came, isOut, random.next() < 0.05)
    if (!isOut) metrics.durableAfter("orders", 20 + random.next() * 40, came)
    yield* metrics.watermarkRead(
      (now - (isOut ? (second - 555) * 1_000 : 3_500 + random.next() * 1_000)) * 1_000
    )
    yield* metrics.read("orders", reading(isOut, (now - 900) * 1_000))
    yield* metrics.read("payments", reading(isOut, (now - 700) * 1_000))
    const slots = isOut ? 1 : 0.3 + random.next() * 0.1
    yield* metrics.limitsRead({
      slots,
      credit: slots / 2,
      "waiting-room": 0.006,
      "retry-places": isOut ? 1 : 0
    })
    if (second % 60 === 0) metrics.deadLetters.add(letterAt(now, second))
    metrics.processesRead([
      {
        process: "orders-7d9f-1-5e2a91c4",
        watermarkMillis: now - 4_000,
        unchangedMillis: 1_000,
        hasWaiting: true,
        orders: 0
      },
      {
        process: "orders-7d9f-2-0b11d7e3",
        watermarkMillis: now - 4_500,
        unchangedMillis: 2_000,
        hasWaiting: false,
        orders: 1
      }
    ])
    yield* TestClock.adjust("1 second")
  }
})

interface Counts {
  received: number
  inFlight: number
  retrying: number
  waiting: number
  fates: Record<string, number>
}

const move = (
  all: Readonly<Record<"orders" | "payments", object>>,
  came: number,
  isOut: boolean,
  isPoison: boolean
) => {
  const orders = all.orders as Counts
  const payments = all.payments as Counts
  orders.received += came
  orders.fates["order-stored"] = (orders.fates["order-stored"] ?? 0) + came
  payments.received += came
  const dead = isPoison && came > 0 ? 1 : 0
  payments.fates["payment-matched"] = (payments.fates["payment-matched"] ?? 0) + came - dead
  payments.fates["dead-lettered(unmatched-payment)"] =
    (payments.fates["dead-lettered(unmatched-payment)"] ?? 0) + dead
  payments.received += 118 - payments.waiting
  payments.waiting = 118
  if (isOut && orders.retrying === 0) {
    orders.received += 1_950
    orders.retrying = 1_950
  }
}

const reading = (isOut: boolean, oldestMicros: number) => ({
  leasesLost: 0,
  oldestUnsettledMicros: oldestMicros,
  imbalance: 0,
  pausedBy: isOut ? ("max-retrying" as const) : undefined
})

const letterAt = (atMillis: number, second: number) => ({
  atMillis,
  stream: "payments" as const,
  reason: second % 120 === 0 ? ("unmatched-payment" as const) : ("schema-violation" as const),
  path: second % 120 === 0 ? undefined : "order_id",
  messageId: String(12_884_901_888 + second),
  orderId: String(4_711 + second),
  paymentId: String(1_004_711 + second),
  error: second % 120 === 0 ? "no such order in the table" : "order_id: Expected an integer within int64"
})

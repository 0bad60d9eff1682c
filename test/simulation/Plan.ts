/** What one seed means: traffic, and everything that goes wrong meanwhile. */
import { Duration } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import type { Faults } from "../../src/pubsub/memory/Faults.ts"
import { SeededRandom } from "../support/SeededRandom.ts"
import { processing } from "../support/World.ts"
import { drawFaults, type PlannedFault } from "./FaultSchedule.ts"
import { drawForeignRows, type ForeignRow } from "./ForeignRows.ts"
import { drawSteadyTraffic } from "./SteadyTraffic.ts"
import { drawTraffic, maxRowBytes, type Publication } from "./Traffic.ts"

/** Something that happens at a time. **Units**: ms from the begin. */
export type PlannedEvent = ({ readonly _tag: "Publish" } & Publication) | PlannedFault

/** A whole schedule. */
export interface Plan {
  readonly seed: number
  /** For how long messages are published and things go wrong. **Units**: milliseconds. */
  readonly millis: number
  readonly batchSize: number
  readonly settings: ProcessingSettings
  /** Processes that run from the begin. */
  readonly places: number
  readonly pubSub: Faults
  readonly table: {
    /** **Units**: milliseconds. */
    readonly latencyMax: number
    readonly timedOutWritten: number
    readonly timedOutUnwritten: number
    readonly timedOutLate: number
    readonly unread: number
    /** Orders none of whose writes succeeds before this time. **Units**: ms from the begin. */
    readonly heldUp: ReadonlyMap<bigint, number>
    /** Rows that the scripts have written before the begin. */
    readonly foreign: ReadonlyArray<ForeignRow>
  }
  /** How long publishing a dead letter takes at most. **Units**: milliseconds. */
  readonly publishLatencyMax: number
  readonly events: ReadonlyArray<PlannedEvent>
}

/** The plan of a seed. */
export const planOf = (seed: number): Plan => {
  const random = new SeededRandom(seed)
  return random.chance(longShare) ? drawLong(random, seed) : drawShort(random, seed)
}

/** Of the seeds, those with several processes for minutes; the others are of seconds. */
const longShare = 0.25

/** Many faults at once, within seconds: batches, retries, versions, limits. */
const drawShort = (random: SeededRandom, seed: number): Plan => {
  const millis = 15_000
  // Where one process receives everything in order, nothing hides a mistake about early payments.
  const isOrderly = random.chance(0.35)
  const places = !isOrderly && random.chance(0.3) ? 2 : 1
  const foreign = drawForeignRows(random)
  const settings: ProcessingSettings = {
    ...processing,
    maxRowBytes,
    maxOutstandingMessages: random.oneOf([5, 20, 1_000]),
    maxOutstandingBytes: random.oneOf([800, 4_000, processing.maxOutstandingBytes]),
    paymentGrace: Duration.seconds(random.oneOf([0, 2, 5, 10])),
    waitingRoomMax: random.oneOf([1, 5, 1_000]),
    waitingRoomBytes: random.oneOf([1_500, processing.waitingRoomBytes, processing.waitingRoomBytes]),
    maxRetrying: random.oneOf([1, 5, 200]),
    shutdownTimeout: Duration.seconds(random.oneOf([1, 5]))
  }
  return {
    seed,
    millis,
    places,
    batchSize: random.oneOf([1, 3, 10, 100]),
    settings,
    pubSub: drawPubSubFaults(random, isOrderly ? 0 : 0.6, 0.08),
    table: { ...drawTableFaults(random, 0.2), heldUp: drawHeldUp(random, 2 * millis), foreign },
    publishLatencyMax: random.oneOf([0, 0, 300, 3_000]),
    events: inOrder([
      ...publications(drawTraffic(random, millis - 3_000, foreign)),
      ...drawFaults.short(random, { places, millis, isOrderly })
    ])
  }
}

/** One to four processes for minutes, each of which may be cut off, stand still, die, stop, or start. */
const drawLong = (random: SeededRandom, seed: number): Plan => {
  const millis = random.between(50, 110) * 1_000
  const places = random.oneOf([1, 2, 2, 2, 3, 4])
  const graceSeconds = random.oneOf([5, 10, 30])
  return {
    seed,
    millis,
    places,
    batchSize: random.oneOf([1, 3, 10, 100]),
    settings: {
      ...processing,
      maxRowBytes,
      maxOutstandingMessages: random.oneOf([20, 1_000]),
      paymentGrace: Duration.seconds(graceSeconds),
      waitingRoomMax: random.oneOf([20, 1_000, 1_000]),
      maxRetrying: random.oneOf([20, 200]),
      shutdownTimeout: Duration.seconds(random.oneOf([5, 20]))
    },
    pubSub: drawPubSubFaults(random, 0.3, 0.04),
    table: {
      ...drawTableFaults(random, 0.05),
      heldUp: drawHeldUp(random, millis),
      foreign: []
    },
    publishLatencyMax: random.oneOf([0, 0, 300, 3_000]),
    events: inOrder([
      ...publications(drawSteadyTraffic(random, millis - 10_000, graceSeconds * 1_000)),
      ...drawFaults.long(random, { places, millis })
    ])
  }
}

// Each seed has some kinds of faults only: all of them at once would hide one another.
const some = (random: SeededRandom, most: number) => (random.chance(0.5) ? random.next() * most : 0)

const drawPubSubFaults = (random: SeededRandom, reordered: number, most: number): Faults => ({
  duplicates: some(random, most / 2),
  reorderWithin: random.chance(reordered) ? random.between(2, 20) : 0,
  settleRequestsLost: some(random, most / 2),
  settleAnswersLost: some(random, most / 2),
  publishRequestsLost: some(random, most),
  publishAnswersLost: some(random, most / 4)
})

const drawTableFaults = (random: SeededRandom, most: number) => ({
  latencyMax: random.oneOf([0, 20, 1_500]),
  timedOutWritten: some(random, most),
  timedOutUnwritten: some(random, most),
  timedOutLate: some(random, most / 2),
  unread: some(random, most)
})

const drawHeldUp = (random: SeededRandom, until: number): ReadonlyMap<bigint, number> => {
  const count = random.chance(0.5) ? random.between(1, 8) : 0
  return new Map(
    Array.from(
      { length: count },
      () => [BigInt(random.between(1, 20)), random.between(2_000, until)] as const
    )
  )
}

const publications = (all: ReadonlyArray<Publication>): ReadonlyArray<PlannedEvent> =>
  all.map((publication) => ({ _tag: "Publish", ...publication }))

const inOrder = (events: ReadonlyArray<PlannedEvent>): ReadonlyArray<PlannedEvent> =>
  events.toSorted((left, right) => left.at - right.at)

/** What one seed means: traffic, and everything that goes wrong meanwhile. */
import { Duration } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import type { Faults } from "../../src/pubsub/memory/Faults.ts"
import { SeededRandom } from "../support/SeededRandom.ts"
import { processing } from "../support/World.ts"
import { drawTraffic, maxRowBytes, type Publication } from "./Traffic.ts"

/** Something that happens at a time. **Units**: ms from the begin. */
export type PlannedEvent =
  | ({ readonly _tag: "Publish" } & Publication)
  | { readonly _tag: "TableAway" | "TableBack" | "DeadLettersAway" | "DeadLettersBack"; readonly at: number }
  | { readonly _tag: "ServerAway"; readonly at: number; readonly millis: number }
  /** A process dies or is stopped; another takes its place. */
  | {
      readonly _tag: "Crash" | "Stop"
      readonly at: number
      readonly place: number
      readonly downMillis: number
    }

/** A whole schedule. */
export interface Plan {
  readonly seed: number
  readonly batchSize: number
  readonly settings: ProcessingSettings
  /** Processes that run at once. */
  readonly places: number
  readonly pubSub: Faults
  readonly table: {
    /** **Units**: milliseconds. */
    readonly latencyMax: number
    readonly timedOutWritten: number
    readonly timedOutUnwritten: number
    readonly timedOutLate: number
    /** Orders none of whose writes succeeds before this time. **Units**: ms from the begin. */
    readonly heldUp: ReadonlyMap<bigint, number>
  }
  /** How long publishing a dead letter takes at most. **Units**: milliseconds. */
  readonly publishLatencyMax: number
  readonly events: ReadonlyArray<PlannedEvent>
}

/** For how long messages are published and things go wrong. **Units**: milliseconds. */
export const faultsMillis = 15_000

/** The plan of a seed. */
export const planOf = (seed: number): Plan => {
  const random = new SeededRandom(seed)
  // Each seed has some kinds of faults only: all of them at once would hide one another.
  const some = (most: number) => (random.chance(0.5) ? random.next() * most : 0)
  const traffic = drawTraffic(random, faultsMillis - 3_000)
  // Where one process receives everything in order, the ledger can be stricter about early payments.
  const isOrderly = random.chance(0.35)
  const places = !isOrderly && random.chance(0.3) ? 2 : 1
  return {
    seed,
    places,
    batchSize: random.oneOf([1, 3, 10, 100]),
    settings: {
      ...processing,
      maxRowBytes,
      maxOutstandingMessages: random.oneOf([5, 20, 1_000]),
      paymentGrace: Duration.seconds(random.oneOf([0, 2, 5, 10])),
      waitingRoomMax: random.oneOf([1, 5, 1_000]),
      maxRetrying: random.oneOf([1, 5, 200]),
      shutdownTimeout: Duration.seconds(random.oneOf([1, 5]))
    },
    pubSub: {
      duplicates: some(0.3),
      reorderWithin: !isOrderly && random.chance(0.6) ? random.between(2, 20) : 0,
      settleRequestsLost: some(0.2),
      settleAnswersLost: some(0.2),
      publishRequestsLost: some(0.2),
      publishAnswersLost: some(0.2)
    },
    table: {
      latencyMax: random.oneOf([0, 20, 1_500]),
      timedOutWritten: some(0.2),
      timedOutUnwritten: some(0.2),
      timedOutLate: some(0.1),
      heldUp: drawHeldUp(random)
    },
    publishLatencyMax: random.oneOf([0, 0, 300, 3_000]),
    events: [
      ...traffic.map((publication): PlannedEvent => ({ _tag: "Publish", ...publication })),
      ...drawFaults(random, places, isOrderly)
    ].sort((left, right) => left.at - right.at)
  }
}

const drawHeldUp = (random: SeededRandom): ReadonlyMap<bigint, number> => {
  const count = random.chance(0.5) ? random.between(1, 8) : 0
  return new Map(
    Array.from(
      { length: count },
      () => [BigInt(random.between(1, 20)), random.between(2_000, 2 * faultsMillis)] as const
    )
  )
}

const drawFaults = (
  random: SeededRandom,
  places: number,
  isOrderly: boolean
): ReadonlyArray<PlannedEvent> => {
  const faults: Array<PlannedEvent> = []
  const spell = (most: number) => {
    const at = random.between(0, faultsMillis)
    return { at, until: at + random.between(50, most) }
  }
  if (random.chance(0.35)) {
    const { at, until } = spell(12_000)
    faults.push({ _tag: "TableAway", at }, { _tag: "TableBack", at: until })
  }
  if (random.chance(0.25)) {
    const { at, until } = spell(12_000)
    faults.push({ _tag: "DeadLettersAway", at }, { _tag: "DeadLettersBack", at: until })
  }
  if (isOrderly) return faults
  if (random.chance(0.3)) {
    const { at, until } = spell(25_000)
    faults.push({ _tag: "ServerAway", at, millis: until - at })
  }
  for (const _tag of ["Crash", "Stop"] as const) {
    for (let count = random.chance(0.3) ? random.between(1, 3) : 0; count > 0; count--) {
      const at = random.between(0, faultsMillis)
      faults.push({ _tag, at, place: random.between(0, places - 1), downMillis: random.between(0, 3_000) })
    }
  }
  return faults
}

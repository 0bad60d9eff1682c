/** What one seed means: traffic, and everything that goes wrong meanwhile. */
import { Duration } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import type { Faults } from "../../src/pubsub/memory/Faults.ts"
import { processing } from "../support/World.ts"
import { Dice } from "./Dice.ts"
import { drawTraffic, maxRowBytes, type Publication } from "./Traffic.ts"

/** Something that happens at a time. **Units**: ms from the begin. */
export type Happening =
  | ({ readonly _tag: "Publish" } & Publication)
  | { readonly _tag: "TableAway" | "TableBack" | "LettersAway" | "LettersBack"; readonly at: number }
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
  readonly happenings: ReadonlyArray<Happening>
}

/** For how long messages are published and things go wrong. **Units**: milliseconds. */
export const troubleMillis = 15_000

/** The plan of a seed. */
export const planOf = (seed: number): Plan => {
  const dice = new Dice(seed)
  // Each seed has some kinds of trouble only: all of them at once would hide one another.
  const some = (most: number) => (dice.chance(0.5) ? dice.next() * most : 0)
  const traffic = drawTraffic(dice, troubleMillis - 3_000)
  // Where one process receives everything in order, the ledger can be stricter about early payments.
  const isOrderly = dice.chance(0.35)
  const places = !isOrderly && dice.chance(0.3) ? 2 : 1
  return {
    seed,
    places,
    batchSize: dice.pick([1, 3, 10, 100]),
    settings: {
      ...processing,
      maxRowBytes,
      maxOutstandingMessages: dice.pick([5, 20, 1_000]),
      paymentGrace: Duration.seconds(dice.pick([0, 2, 5, 10])),
      waitingRoomMax: dice.pick([1, 5, 1_000]),
      maxRetrying: dice.pick([1, 5, 200]),
      shutdownTimeout: Duration.seconds(dice.pick([1, 5]))
    },
    pubSub: {
      duplicates: some(0.3),
      reorderWithin: !isOrderly && dice.chance(0.6) ? dice.int(2, 20) : 0,
      settleRequestsLost: some(0.2),
      settleAnswersLost: some(0.2),
      publishRequestsLost: some(0.2),
      publishAnswersLost: some(0.2)
    },
    table: {
      latencyMax: dice.pick([0, 20, 1_500]),
      timedOutWritten: some(0.2),
      timedOutUnwritten: some(0.2),
      timedOutLate: some(0.1),
      heldUp: drawHeldUp(dice)
    },
    publishLatencyMax: dice.pick([0, 0, 300, 3_000]),
    happenings: [
      ...traffic.map((publication): Happening => ({ _tag: "Publish", ...publication })),
      ...drawTrouble(dice, places, isOrderly)
    ].sort((left, right) => left.at - right.at)
  }
}

const drawHeldUp = (dice: Dice): ReadonlyMap<bigint, number> => {
  const count = dice.chance(0.5) ? dice.int(1, 8) : 0
  return new Map(
    Array.from(
      { length: count },
      () => [BigInt(dice.int(1, 20)), dice.int(2_000, 2 * troubleMillis)] as const
    )
  )
}

const drawTrouble = (dice: Dice, places: number, isOrderly: boolean): ReadonlyArray<Happening> => {
  const trouble: Array<Happening> = []
  const spell = (most: number) => {
    const at = dice.int(0, troubleMillis)
    return { at, until: at + dice.int(50, most) }
  }
  if (dice.chance(0.35)) {
    const { at, until } = spell(12_000)
    trouble.push({ _tag: "TableAway", at }, { _tag: "TableBack", at: until })
  }
  if (dice.chance(0.25)) {
    const { at, until } = spell(12_000)
    trouble.push({ _tag: "LettersAway", at }, { _tag: "LettersBack", at: until })
  }
  if (isOrderly) return trouble
  if (dice.chance(0.3)) {
    const { at, until } = spell(25_000)
    trouble.push({ _tag: "ServerAway", at, millis: until - at })
  }
  for (const _tag of ["Crash", "Stop"] as const) {
    for (let count = dice.chance(0.3) ? dice.int(1, 3) : 0; count > 0; count--) {
      const at = dice.int(0, troubleMillis)
      trouble.push({ _tag, at, place: dice.int(0, places - 1), downMillis: dice.int(0, 3_000) })
    }
  }
  return trouble
}

/** When what goes wrong: servers that do not answer, and processes that die, stop, start, stand still or are cut off. */
import type { Link, Remote } from "../support/ProcessHost.ts"
import type { SeededRandom } from "../support/SeededRandom.ts"

/** Something that goes wrong at a time. **Units**: ms from the begin. */
export type PlannedFault =
  | { readonly _tag: "TableAway" | "TableBack" | "DeadLettersAway" | "DeadLettersBack"; readonly at: number }
  | { readonly _tag: "ServerAway"; readonly at: number; readonly millis: number }
  /** A process dies or is told to stop; after so long another takes its place, or none where it is undefined. */
  | {
      readonly _tag: "Kill" | "Stop"
      readonly at: number
      readonly place: number
      readonly downMillis: number | undefined
    }
  /** One process more. */
  | { readonly _tag: "Start"; readonly at: number; readonly place: number }
  /** A process stands still for so long. */
  | { readonly _tag: "Freeze"; readonly at: number; readonly place: number; readonly millis: number }
  /** A process is cut off from some of its servers for so long. */
  | {
      readonly _tag: "Partition"
      readonly at: number
      readonly place: number
      readonly millis: number
      readonly remotes: ReadonlyArray<Remote>
      readonly link: Exclude<Link, "open">
    }

interface Frame {
  readonly places: number
  readonly millis: number
}

const drawShort = (
  random: SeededRandom,
  { places, millis, isOrderly }: Frame & { readonly isOrderly: boolean }
): ReadonlyArray<PlannedFault> => {
  const faults: Array<PlannedFault> = []
  if (random.chance(0.35)) faults.push(...drawAway(random, "Table", millis, 12_000))
  if (random.chance(0.25)) faults.push(...drawAway(random, "DeadLetters", millis, 12_000))
  if (isOrderly) return faults
  if (random.chance(0.3))
    faults.push({ _tag: "ServerAway", at: random.between(0, millis), millis: random.between(50, 25_000) })
  for (const _tag of ["Kill", "Stop"] as const) {
    for (let count = random.chance(0.3) ? random.between(1, 3) : 0; count > 0; count--) {
      faults.push({
        _tag,
        at: random.between(0, millis),
        place: random.between(0, places - 1),
        downMillis: random.between(0, 3_000)
      })
    }
  }
  return faults
}

const drawLong = (random: SeededRandom, { places, millis }: Frame): ReadonlyArray<PlannedFault> => {
  const faults: Array<PlannedFault> = []
  for (let count = random.between(2, 5); count > 0; count--) {
    const at = random.between(0, millis)
    const place = random.between(0, places - 1)
    switch (random.oneOf(longKinds)) {
      case "Freeze":
        faults.push({ _tag: "Freeze", at, place, millis: random.oneOf(freezes) })
        break
      case "Partition":
        faults.push(drawPartition(random, at, place))
        break
      case "Kill":
        faults.push({ _tag: "Kill", at, place, downMillis: drawDown(random, places) })
        break
      case "Stop":
        faults.push({ _tag: "Stop", at, place, downMillis: drawDown(random, places) })
        break
      case "Start":
        faults.push({ _tag: "Start", at, place: places + count })
        break
      case "TableAway":
        faults.push(...drawAway(random, "Table", millis, 60_000))
        break
      case "ServerAway":
        faults.push({ _tag: "ServerAway", at, millis: random.between(50, 60_000) })
    }
  }
  return faults
}

/** Faults of seconds, and of minutes with several processes. */
export const drawFaults = { short: drawShort, long: drawLong }

const longKinds = [
  "Freeze",
  "Freeze",
  "Partition",
  "Partition",
  "Partition",
  "Kill",
  "Stop",
  "Start",
  "TableAway",
  "ServerAway"
] as const

/** Shorter than a lease, longer than one, and as long as a table remembers a process. **Units**: milliseconds. */
const freezes = [4_000, 15_000, 60_000, 60_000, 75_000] as const

/** Every subset that is not empty, the one with both parts of Cassandra oftenest. */
const cuts: ReadonlyArray<ReadonlyArray<Remote>> = [
  ["facts", "progress"],
  ["facts", "progress"],
  ["facts"],
  ["progress"],
  ["pubSub"],
  ["pubSub", "facts"],
  ["pubSub", "progress"],
  ["pubSub", "facts", "progress"]
]

const drawPartition = (random: SeededRandom, at: number, place: number): PlannedFault => ({
  _tag: "Partition",
  at,
  place,
  millis: random.oneOf([5_000, 20_000, 60_000, 120_000]),
  remotes: random.oneOf(cuts),
  link: random.oneOf(["silent", "refused"])
})

const drawDown = (random: SeededRandom, places: number): number | undefined =>
  places > 1 && random.chance(0.4) ? undefined : random.between(0, 20_000)

const drawAway = (
  random: SeededRandom,
  what: "Table" | "DeadLetters",
  millis: number,
  most: number
): ReadonlyArray<PlannedFault> => {
  const at = random.between(0, millis)
  return [
    { _tag: `${what}Away`, at },
    { _tag: `${what}Back`, at: at + random.between(50, most) }
  ]
}

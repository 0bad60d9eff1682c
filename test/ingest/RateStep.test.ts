import { describe, expect, it } from "vitest"
import { rateStep } from "../../src/ingest/RateStep.ts"
import { SeededRandom } from "../support/SeededRandom.ts"

const second = 1_000_000
const hour = 3_600 * second

const every = (micros: number, count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => from + index * micros)

const rising = (times: ReadonlyArray<number>) => [...times].sort((one, other) => one - other)

describe("a step in how often something comes", () => {
  it("is the first of all where there were none before", () => {
    const times = every(second, 500, 20 * hour)
    expect(rateStep(times, 0, 21 * hour)).toEqual({ at: 20 * hour, before: 0, since: 500 })
    expect(rateStep([hour], 0, 2 * hour)).toEqual({ at: hour, before: 0, since: 1 })
  })

  it("is found among the few that came before, also where it has ended meanwhile", () => {
    const few = every(30 * hour, 5)
    const release = every(2 * second, 300, 140 * hour)
    for (const until of [140 * hour + 601 * second, 160 * hour])
      expect(rateStep(rising([...few, ...release]), 0, until)).toEqual({
        at: 140 * hour,
        before: 5,
        since: 300
      })
  })

  it("is none where they come by chance, in batches, or more and more rarely", () => {
    const random = new SeededRandom(3)
    for (let run = 0; run < 50; run++) {
      const times = rising(Array.from({ length: 400 }, () => random.next() * 100 * hour))
      expect(rateStep(times, 0, 100 * hour)).toMatchObject({ before: 0, since: 400 })
    }
    const batches = every(60 * second, 200).flatMap((at) => every(10, 67, at))
    expect(rateStep(batches, 0, (batches.at(-1) ?? 0) + 5 * second)).toMatchObject({ before: 0 })
    const fading = [...every(second, 300), ...every(hour, 10, hour)]
    expect(rateStep(fading, 0, 12 * hour)).toMatchObject({ before: 0 })
  })
})

/** Reads a running `counterfoil` several times a second, and says how its flow was in a stretch of time. */
import { Effect, type Scope } from "effect"
import { parseExposition, type Sample } from "../support/Exposition.ts"

/** What a process said of itself at one moment. */
export interface Reading {
  /** **Units**: milliseconds, as `performance.now`. */
  readonly at: number
  /** Messages that the test has published. */
  readonly published: number
  /** Messages that have their fate. */
  readonly fates: number
  /** How many messages took at most so many seconds, by that bound; `Infinity` has all of them. */
  readonly withinSeconds: ReadonlyMap<number, number>
  /** The body of `/health`. */
  readonly health: string
}

/** A stretch of time. **Units**: as {@link Reading.at}. */
export interface Stretch {
  readonly from: number
  readonly to: number
}

/**
 * The readings of the process at `url`, of which there are more and more until the scope ends; `published` says how many
 * messages the test has published.
 */
export const readingsOf = (
  url: string,
  published: () => number
): Effect.Effect<ReadonlyArray<Reading>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const readings: Array<Reading> = []
    const read = Effect.promise(async () => {
      const [metrics, health] = await Promise.all(
        ["/metrics", "/health"].map(async (path) => (await fetch(url + path)).text())
      )
      readings.push(readingOf(metrics ?? "", health ?? "", published()))
    })
    // supervised: it ends with the test; a gap in the readings counts as a stop of the flow
    yield* Effect.forkScoped(Effect.forever(Effect.all([read, Effect.sleep(readMillis)], { concurrency: 2 })))
    return readings
  })

const readMillis = 250

const readingOf = (metrics: string, health: string, published: number): Reading => {
  const families = parseExposition(metrics)
  const sum = (samples: ReadonlyArray<Sample>) => samples.reduce((total, { value }) => total + value, 0)
  const withinSeconds = new Map<number, number>()
  for (const { labels, value } of families.get("counterfoil_durable_seconds")?.samples ?? []) {
    const bound = labels["le"]
    if (bound === undefined) continue
    const seconds = bound === "+Inf" ? Number.POSITIVE_INFINITY : Number(bound)
    withinSeconds.set(seconds, (withinSeconds.get(seconds) ?? 0) + value)
  }
  const fates = sum(families.get("counterfoil_fates_total")?.samples ?? [])
  return { at: performance.now(), published, fates, withinSeconds, health }
}

/** How many messages a second got their fate, or were published. */
export const rateBetween = (
  readings: ReadonlyArray<Reading>,
  { from, to }: Stretch,
  what: "fates" | "published" = "fates"
): number => {
  const first = lastBefore(readings, from)
  const last = readings.find((reading) => reading.at >= to) ?? readings.at(-1)
  if (first === undefined || last === undefined || first === last) return 0
  return ((last[what] - first[what]) / (last.at - first.at)) * 1000
}

/**
 * When fewer messages got their fate than this, though they were published: the flow, and not the test, was slow.
 *
 * **Units**: seconds after the beginning, in steps of a tenth; a step is judged by the second before it.
 */
export const slowMoments = (
  readings: ReadonlyArray<Reading>,
  { from, to }: Stretch,
  perSecond: number
): ReadonlyArray<number> => {
  const moments: Array<number> = []
  for (let at = from + 1000; at <= to; at += 100) {
    const second = { from: at - 1000, to: at }
    const isPublished = rateBetween(readings, second, "published") >= perSecond
    if (isPublished && rateBetween(readings, second) < perSecond) moments.push((at - from) / 1000)
  }
  return moments
}

/** The share of messages that took longer than so many seconds, a bound of the histogram. */
export const slowestShare = (
  readings: ReadonlyArray<Reading>,
  { from, to }: Stretch,
  seconds: number
): number => {
  const [first, last] = [lastBefore(readings, from), lastBefore(readings, to)]
  const grown = (bound: number): number =>
    (last?.withinSeconds.get(bound) ?? 0) - (first?.withinSeconds.get(bound) ?? 0)
  const all = grown(Number.POSITIVE_INFINITY)
  return all === 0 ? 1 : 1 - grown(seconds) / all
}

/** The last reading of that moment or before. */
const lastBefore = (readings: ReadonlyArray<Reading>, at: number): Reading | undefined =>
  readings.findLast((reading) => reading.at <= at)

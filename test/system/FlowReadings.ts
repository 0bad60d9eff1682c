/** Reads a running `counterfoil` several times a second, and says how its flow was in a stretch of time. */
import { Effect, type Scope } from "effect"
import { parseExposition, type Sample } from "../support/Exposition.ts"

/** What a process said of itself at one moment. */
export interface Reading {
  /** **Units**: milliseconds, as `performance.now`. */
  readonly at: number
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

/** The readings of the process at `url`, of which there are more and more until the scope ends. */
export const readingsOf = (url: string): Effect.Effect<ReadonlyArray<Reading>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const readings: Array<Reading> = []
    const read = Effect.promise(async () => {
      const [metrics, health] = await Promise.all(
        ["/metrics", "/health"].map(async (path) => (await fetch(url + path)).text())
      )
      readings.push(readingOf(metrics ?? "", health ?? ""))
    })
    // supervised: it ends with the test; a gap in the readings counts as a stop of the flow
    yield* Effect.forkScoped(Effect.forever(Effect.all([read, Effect.sleep(readMillis)], { concurrency: 2 })))
    return readings
  })

const readMillis = 250

const readingOf = (metrics: string, health: string): Reading => {
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
  return { at: performance.now(), fates, withinSeconds, health }
}

/** How many messages a second got their fate. */
export const rateBetween = (readings: ReadonlyArray<Reading>, { from, to }: Stretch): number => {
  const [first, last] = [lastBefore(readings, from), lastBefore(readings, to)]
  if (first === undefined || last === undefined || first === last) return 0
  return ((last.fates - first.fates) / (last.at - first.at)) * 1000
}

/** For how long the rate of the second before was below this one. **Units**: seconds. */
export const secondsBelow = (
  readings: ReadonlyArray<Reading>,
  { from, to }: Stretch,
  perSecond: number
): number => {
  let millis = 0
  for (let at = from + 1000; at <= to; at += 100) {
    if (rateBetween(readings, { from: at - 1000, to: at }) < perSecond) millis += 100
  }
  return millis / 1000
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

const lastBefore = (readings: ReadonlyArray<Reading>, at: number): Reading | undefined =>
  readings.findLast((reading) => reading.at <= at)

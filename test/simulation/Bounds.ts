/** What must hold of a process at every moment: its limits, and that it accounts for what it was handed. */
import { Effect, Exit } from "effect"
import type { ProcessingSettings } from "../../src/ingest/ProcessingSettings.ts"
import { imbalanceOf, ordersTopic, type Process, paymentsTopic } from "../support/World.ts"

const streams = [
  ["orders", ordersTopic],
  ["payments", paymentsTopic]
] as const

/** What a running process breaks now, in sentences (G6, G7). One that stands still is looked at when it goes on. */
export const brokenBounds = Effect.fnUntraced(function* (process: Process, settings: ProcessingSettings) {
  const broken: Array<string> = []
  const exit = process.running.pollUnsafe()
  if (exit !== undefined && Exit.isFailure(exit)) broken.push(`run failed: ${exit.cause}`)
  if (process.isFrozen()) return broken
  for (const [stream, topic] of streams) {
    const totals = yield* process.totals(stream)
    const held = totals.inFlight + totals.retrying + totals.waiting
    const accountable = yield* process.accountable(topic)
    if (held !== accountable)
      broken.push(`the ledger holds ${held} ${stream}, their subscription ${accountable}`)
    if (totals.waiting > settings.waitingRoomMax) broken.push(`${totals.waiting} wait`)
    if (totals.retrying > settings.maxRetrying) broken.push(`${totals.retrying} ${stream} retry`)
    for (const [what, count] of Object.entries({ ...totals, fates: 0 })) {
      if (count < 0) broken.push(`${what} of ${stream} is ${count}`)
    }
    broken.push(...overLimits(process, topic, settings))
  }
  return broken
})

/** One delivery always fits, however large. */
const overLimits = (process: Process, topic: string, settings: ProcessingSettings): ReadonlyArray<string> => {
  const { aside, outstanding } = process.held(topic)
  const limits = [
    [outstanding.messages, settings.maxOutstandingMessages, `messages of ${topic} are outstanding`],
    [outstanding.bytes, settings.maxOutstandingBytes, `bytes of ${topic} are outstanding`],
    [aside.messages, settings.waitingRoomMax, `messages of ${topic} are set aside`],
    [aside.bytes, settings.waitingRoomBytes, `bytes of ${topic} are set aside`]
  ] as const
  return limits
    .filter(
      ([amount, limit, what]) => amount > limit && !(what.startsWith("bytes") && isOne(what, process, topic))
    )
    .map(([amount, limit, what]) => `${amount} ${what}, more than ${limit}`)
}

const isOne = (what: string, process: Process, topic: string): boolean => {
  const { aside, outstanding } = process.held(topic)
  return (what.endsWith("outstanding") ? outstanding : aside).messages === 1
}

/** What a process that has ended has not accounted for, in sentences (G7). */
export const unaccountedFor = Effect.fnUntraced(function* (process: Process) {
  const broken: Array<string> = []
  for (const [stream] of streams) {
    const totals = yield* process.totals(stream)
    const left = totals.inFlight + totals.retrying + totals.waiting
    if (left !== 0) broken.push(`${left} ${stream} are left after the end`)
    const imbalance = imbalanceOf(totals)
    if (imbalance !== 0) broken.push(`${imbalance} ${stream} are unaccounted for`)
  }
  return broken
})

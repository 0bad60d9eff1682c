/** One drain: a fresh process against a backlog that is there already, watched from outside. */
import type { Bench } from "./Bench.ts"
import { type Candidate, type Settings, withoutGrace } from "./Candidate.ts"
import { start } from "./CandidateProcess.ts"
import { DeadLetterCollector } from "./DeadLetterCollector.ts"
import { pollUntil, pollUntilCorrect } from "./Progress.ts"
import { publishAll } from "./Publish.ts"
import { checkDeadLetters, deadLetterCount, type Expectation } from "./ResultCheck.ts"
import { subscriptionPath, type Topics, topicPath } from "./Topics.ts"
import { bytesOf, orderOf, paymentOf } from "./Traffic.ts"

/** What a drain took. */
export interface Drained {
  /** From the first effect seen to the last. */
  readonly messagesPerSecond: number
  /** Processor time of the process between the same two moments, by the messages between them. */
  readonly cpuMicrosPerMessage: number
  /** From the start of the process to the last effect. */
  readonly messagesPerSecondWithStart: number
  /** All processor time of the process up to the last effect, by all messages. */
  readonly cpuMicrosPerMessageWithStart: number
  /** **Units**: bytes. */
  readonly peakResidentBytes: number
}

/** Empties the table, publishes orders 1 … `count`, drains and checks them. */
export const drainOrders = async (
  bench: Bench,
  candidate: Candidate,
  count: number,
  settings: Settings = withoutGrace
): Promise<Drained> => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.withTopics(async (topics) => {
    const topic = topicPath(bench.access, topics.ordersTopic)
    const load = { topic, first: 1, count, bytes: (id: number) => bytesOf(orderOf(id)) }
    await bench.time.on("publishing", () => publishAll(bench.access, load))
    const expected = { orders: count, payments: 0, unmatchedEvery: 0 }
    return drain(bench, candidate, topics, { rows: count, expected }, settings)
  })
}

/** Publishes as many payments as the table has orders, drains and checks them. */
export const drainPayments = (
  bench: Bench,
  candidate: Candidate,
  unmatchedEvery: number,
  settings: Settings
): Promise<Drained> =>
  bench.withTopics(async (topics) => {
    const count = bench.amounts.drain
    const topic = topicPath(bench.access, topics.paymentsTopic)
    const bytes = (id: number) => bytesOf(paymentOf(id, unmatchedEvery))
    await bench.time.on("publishing", () => publishAll(bench.access, { topic, first: 1, count, bytes }))
    const expected: Expectation = { orders: count, payments: count, unmatchedEvery }
    return drain(bench, candidate, topics, { rows: count - deadLetterCount(expected), expected }, settings)
  })

/** Empties the table, and fills it with as many orders as one drain has. */
export const seedOrders = ({ amounts, table, time }: Bench): Promise<void> =>
  time.on("seeding", async () => {
    await table.truncate()
    await table.seed(1, amounts.drain)
  })

/** When a drain is over. */
interface DrainGoal {
  /** Rows it has to write; more, where a message is delivered twice. */
  readonly rows: number
  readonly expected: Expectation
}

/** Starts the candidate, waits until all rows are right and all dead letters are there, stops it and checks the rest. */
const drain = async (
  bench: Bench,
  candidate: Candidate,
  topics: Topics,
  { rows, expected }: DrainGoal,
  settings: Settings
): Promise<Drained> => {
  const collector = new DeadLetterCollector(
    bench.access,
    subscriptionPath(bench.access, topics.dlqSubscription)
  )
  const writesBefore = await bench.table.writes()
  const process = start(candidate, bench.launch, topics, settings)
  const watched = { process, writesBefore, collector }
  const first = await bench.time.on("starting", () =>
    pollUntil(bench, watched, ({ done }) => done > 0, firstPollMillis)
  )
  const last = await pollUntilCorrect(bench, watched, expected, rows)
  const peakResidentBytes = process.peakResidentBytes()
  await bench.time.on("stopping", () => process.stop())
  collector.close()
  await checkDeadLetters(bench, topics, collector.distinct, expected)
  const total = rows + deadLetterCount(expected)
  const between = total - first.done
  return {
    messagesPerSecond: between / ((last.at - first.at) / 1000),
    cpuMicrosPerMessage: (last.cpu - first.cpu) / between,
    messagesPerSecondWithStart: total / ((last.at - process.startedAt) / 1000),
    cpuMicrosPerMessageWithStart: last.cpu / total,
    peakResidentBytes
  }
}

const firstPollMillis = 10

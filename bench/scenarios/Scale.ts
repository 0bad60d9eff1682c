/** *scale*: what a message costs where several processes share the subscriptions. */
import type { ScenarioBench } from "../Bench.ts"
import { type CandidateProcess, start } from "../CandidateProcess.ts"
import { DeadLetterCollector } from "../DeadLetterCollector.ts"
import { type Findings, Measurements, paired } from "../Findings.ts"
import { pollUntilCorrect } from "../Progress.ts"
import { publishAll } from "../Publish.ts"
import { checkDeadLetters, type Expectation } from "../ResultCheck.ts"
import { say } from "../Screen.ts"
import { subscriptionPath, type Topics, topicPath } from "../Topics.ts"
import { bytesOf, orderOf, paymentOf } from "../Traffic.ts"

/** How many share them. */
const sizes = [1, 2, 4] as const

/**
 * Publishes orders, and a payment for each, to 1, 2 and 4 processes with the default grace. The table has to be the
 * same, with no dead letter.
 */
export const scaleScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("scale", quantities)
  for (let round = 0; round < bench.amounts.rounds.scale; round++) {
    // Odd rounds the other way round, as with two candidates: the servers grow older.
    for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
      const shared = await sharedBy(bench, size)
      measurements.record(nameOf(size), "cpu", shared.cpuMicrosPerMessage)
      measurements.record(nameOf(size), "rate", shared.messagesPerSecond)
      const { cpuMicrosPerMessage, messagesPerSecond } = shared
      say(
        `scale, round ${round + 1}, ${nameOf(size)}: ${Math.round(messagesPerSecond)}/s at ${cpuMicrosPerMessage.toFixed(1)} µs`
      )
    }
  }
  const [one, ...others] = sizes
  return {
    measured: measurements.measured(sizes.map(nameOf)),
    ratios: others.map((size) => ({
      id: `scale.${size}.cpu`,
      title: `scale: processor time per message, ${nameOf(size)} / ${nameOf(one)}`,
      unit: "×",
      values: paired(
        measurements.of(nameOf(size), "cpu"),
        measurements.of(nameOf(one), "cpu"),
        (many, single) => many / single
      )
    }))
  }
}

const quantities = {
  cpu: { title: "processor time per message, orders and payments together", unit: "µs" },
  rate: { title: "orders and payments together", unit: "messages/s" }
}

const nameOf = (size: number): string => (size === 1 ? "1 process" : `${size} processes`)

/** Lets so many processes share what is published once all of them are warm. */
const sharedBy = async (bench: ScenarioBench, size: number) => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.withTopics(async (topics) => {
    const [, counterfoil] = bench.candidates
    const collector = new DeadLetterCollector(
      bench.access,
      subscriptionPath(bench.access, topics.dlqSubscription)
    )
    const group = Array.from({ length: size }, () => start(counterfoil, bench.launch, topics, {}))
    // Each has compiled what is hot by then, as in production; and what it compiles later, it shares among as many messages.
    const warmUp = bench.amounts.scale.warmUp * size
    await settled(bench, topics, group, collector, { first: 1, count: warmUp })
    const count = bench.amounts.scale.count * size
    const [from, cpuFrom] = [performance.now(), cpuOf(group)]
    const last = await settled(bench, topics, group, collector, { first: warmUp + 1, count })
    for (const process of group) await bench.time.on("stopping", () => process.stop())
    collector.close()
    await checkDeadLetters(bench, topics, collector.distinct, expectedOf(warmUp + count))
    return {
      cpuMicrosPerMessage: (last.cpu - cpuFrom) / (2 * count),
      messagesPerSecond: (2 * count) / ((last.at - from) / 1_000)
    }
  })
}

/** Publishes orders and payments side by side, and waits until all rows up to them are right. */
const settled = async (
  bench: ScenarioBench,
  topics: Topics,
  group: ReadonlyArray<CandidateProcess>,
  collector: DeadLetterCollector,
  { first, count }: { readonly first: number; readonly count: number }
) => {
  const writesBefore = await bench.table.writes()
  const ofTopic = (name: string, bytes: (id: number) => Buffer) =>
    publishAll(bench.access, { topic: topicPath(bench.access, name), first, count, bytes })
  await bench.time.on("publishing", () =>
    Promise.all([
      ofTopic(topics.ordersTopic, (id) => bytesOf(orderOf(id))),
      ofTopic(topics.paymentsTopic, (id) => bytesOf(paymentOf(id, 0)))
    ])
  )
  const watched = { process: { cpuMicros: () => cpuOf(group) }, writesBefore, collector }
  return pollUntilCorrect(bench, watched, expectedOf(first + count - 1), 2 * count)
}

const cpuOf = (group: ReadonlyArray<CandidateProcess>): number =>
  group.reduce((sum, process) => sum + process.cpuMicros(), 0)

const expectedOf = (pairs: number): Expectation => ({ orders: pairs, payments: pairs, unmatchedEvery: 0 })

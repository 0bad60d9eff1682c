/** *start*: how long it takes from the start of a process to its first row. */
import { type Bench, candidatesOf, type ScenarioBench } from "../Bench.ts"
import { type Candidate, withoutGrace } from "../Candidate.ts"
import { start } from "../CandidateProcess.ts"
import { DeadLetterCollector } from "../DeadLetterCollector.ts"
import { type Findings, Measurements, paired } from "../Findings.ts"
import { pollUntil, pollUntilCorrect } from "../Progress.ts"
import { publishAll } from "../Publish.ts"
import { checkDeadLetters } from "../ResultCheck.ts"
import { say } from "../Screen.ts"
import { subscriptionPath, topicPath } from "../Topics.ts"
import { bytesOf, orderOf } from "../Traffic.ts"

/** Starts each candidate against a few orders that wait already; one start beforehand warms the caches of files. */
export const startScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("start", {
    firstRow: { title: "from the start of the process to its first row", unit: "s" }
  })
  for (const candidate of bench.candidates) await firstRow(bench, candidate)
  for (let round = 0; round < bench.amounts.rounds.start; round++) {
    for (const candidate of candidatesOf(bench, round)) {
      const seconds = await firstRow(bench, candidate)
      measurements.record(candidate.name, "firstRow", seconds)
      say(`start, round ${round + 1}, ${candidate.name}: first row after ${seconds.toFixed(2)} s`)
    }
  }
  const [base, other] = bench.candidates
  const allowed = {
    id: "start.allowed",
    title: `start: first row, ${other.name} / (${base.name} + 0.3 s)`,
    unit: "×",
    values: paired(
      measurements.of(other.name, "firstRow"),
      measurements.of(base.name, "firstRow"),
      (seconds, loopSeconds) => seconds / (loopSeconds + 0.3)
    )
  }
  return {
    measured: measurements.measured([base.name, other.name]),
    ratios: [...measurements.ratios(base.name, other.name), allowed]
  }
}

const waitingOrders = 100
const pollMillis = 5

const firstRow = async (bench: Bench, candidate: Candidate): Promise<number> => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.withTopics(async (topics) => {
    const topic = topicPath(bench.access, topics.ordersTopic)
    const bytes = (id: number) => bytesOf(orderOf(id))
    await publishAll(bench.access, { topic, first: 1, count: waitingOrders, bytes })
    const expected = { orders: waitingOrders, payments: 0, unmatchedEvery: 0 }
    const collector = new DeadLetterCollector(
      bench.access,
      subscriptionPath(bench.access, topics.dlqSubscription)
    )
    const writesBefore = await bench.table.writes()
    const process = start(candidate, bench.launch, topics, withoutGrace)
    const watched = { process, writesBefore, collector }
    const first = await bench.time.on("starting", () =>
      pollUntil(bench, watched, ({ rows }) => rows > 0, pollMillis)
    )
    await pollUntilCorrect(bench, watched, expected, waitingOrders)
    await bench.time.on("stopping", () => process.stop())
    collector.close()
    await checkDeadLetters(bench, topics, collector.distinct, expected)
    return (first.at - process.startedAt) / 1000
  })
}

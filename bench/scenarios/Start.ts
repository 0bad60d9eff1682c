/** *start*: how long it takes from the start of a process to its first row. */
import { type Bench, inTurn, say } from "../Bench.ts"
import { type Contender, start } from "../Contender.ts"
import { DeadLetterTap } from "../DeadLetterTap.ts"
import { type Findings, Notes, paired } from "../Findings.ts"
import { lookUntil, lookUntilRight } from "../Progress.ts"
import { publishAll } from "../Publish.ts"
import { checkLetters } from "../Reader.ts"
import { subscriptionPath, topicPath } from "../Stage.ts"
import { bytesOf, orderOf } from "../Traffic.ts"
import { withoutGrace } from "./Drain.ts"

/** Starts each contender against a few orders that wait already; one start beforehand warms the caches of files. */
export const startScenario = async (bench: Bench): Promise<Findings> => {
  const notes = new Notes("start", {
    firstRow: { title: "from the start of the process to its first row", unit: "s" }
  })
  for (const contender of bench.contenders) await firstRow(bench, contender)
  for (let round = 0; round < bench.amounts.rounds.start; round++) {
    for (const contender of inTurn(bench, round)) {
      const seconds = await firstRow(bench, contender)
      notes.note(contender.name, "firstRow", seconds)
      say(`start, round ${round + 1}, ${contender.name}: first row after ${seconds.toFixed(2)} s`)
    }
  }
  const [base, other] = bench.contenders
  const allowed = {
    id: "start.allowed",
    title: `start: first row, ${other.name} / (1.3 × ${base.name} + 0.3 s)`,
    unit: "×",
    values: paired(
      notes.of(other.name, "firstRow"),
      notes.of(base.name, "firstRow"),
      (seconds, loopSeconds) => seconds / (1.3 * loopSeconds + 0.3)
    )
  }
  return {
    measured: notes.measured([base.name, other.name]),
    ratios: [...notes.ratios(base.name, other.name), allowed]
  }
}

const waitingOrders = 100
const lookMillis = 5

const firstRow = async (bench: Bench, contender: Contender): Promise<number> => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.onStage(async (stage) => {
    const topic = topicPath(bench.access, stage.ordersTopic)
    const bytes = (id: number) => bytesOf(orderOf(id))
    await publishAll(bench.access, { topic, first: 1, count: waitingOrders, bytes })
    const expected = { orders: waitingOrders, payments: 0, unmatchedEvery: 0 }
    const tap = new DeadLetterTap(bench.access, subscriptionPath(bench.access, stage.dlqSubscription))
    const writesBefore = await bench.table.writes()
    const process = start(contender, bench.place, stage, withoutGrace)
    const watched = { process, writesBefore, tap }
    const first = await bench.time.on("starting", () =>
      lookUntil(bench, watched, ({ rows }) => rows > 0, lookMillis)
    )
    await lookUntilRight(bench, watched, expected, waitingOrders)
    await bench.time.on("stopping", () => process.stop())
    tap.close()
    await checkLetters(bench, stage, tap.distinct, expected)
    return (first.at - process.startedAt) / 1000
  })
}

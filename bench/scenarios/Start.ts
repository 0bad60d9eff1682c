/** *start*: how long it takes from the start of a process to its first row. */
import { setTimeout as delay } from "node:timers/promises"
import { type Bench, inTurn, say } from "../Bench.ts"
import { type Contender, start } from "../Contender.ts"
import { type Findings, Notes, paired } from "../Findings.ts"
import { publishAll } from "../Publish.ts"
import { check } from "../Reader.ts"
import { topicPath } from "../Stage.ts"
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
const patienceMillis = 30_000

const firstRow = async (bench: Bench, contender: Contender): Promise<number> => {
  await bench.time.on("emptying the table", () => bench.table.truncate())
  return bench.onStage(async (stage) => {
    const topic = topicPath(bench.access, stage.ordersTopic)
    const bytes = (id: number) => bytesOf(orderOf(id))
    await publishAll(bench.access, { topic, first: 1, count: waitingOrders, bytes })
    const writesBefore = await bench.table.writes()
    const process = start(contender, bench.place, stage, withoutGrace)
    const secondsUntil = async (rows: number): Promise<number> => {
      while ((await bench.table.writes()) - writesBefore < rows) {
        process.assertAlive()
        if (performance.now() - process.startedAt > patienceMillis) {
          throw new Error(`${contender.name} did not write ${rows} rows`)
        }
        await delay(lookMillis)
      }
      return (performance.now() - process.startedAt) / 1000
    }
    const seconds = await bench.time.on("starting", () => secondsUntil(1))
    await secondsUntil(waitingOrders)
    await bench.time.on("stopping", () => process.stop())
    await check(bench, stage, [], { orders: waitingOrders, payments: 0, unmatchedEvery: 0 })
    return seconds
  })
}

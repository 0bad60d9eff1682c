/** *start*: how long it takes from the start of a process to its first row. */
import { setTimeout as delay } from "node:timers/promises"
import { type Bench, inTurn, say } from "../Bench.ts"
import { type Contender, start } from "../Contender.ts"
import { type Findings, Notes, paired } from "../Findings.ts"
import { publishAll } from "../Publish.ts"
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

const firstRow = (bench: Bench, contender: Contender): Promise<number> =>
  bench.onStage(async (stage) => {
    const topic = topicPath(bench.access, stage.ordersTopic)
    await publishAll(bench.access, {
      topic,
      first: 1,
      count: waitingOrders,
      bytes: (id) => bytesOf(orderOf(id))
    })
    const writesBefore = await bench.table.writes()
    const process = start(contender, bench.place, stage, withoutGrace)
    const { startedAt } = process
    while ((await bench.table.writes()) === writesBefore) {
      process.assertAlive()
      if (performance.now() - startedAt > patienceMillis) throw new Error(`${contender.name} wrote no row`)
      await delay(lookMillis)
    }
    const seconds = (performance.now() - startedAt) / 1000
    await process.stop()
    return seconds
  })

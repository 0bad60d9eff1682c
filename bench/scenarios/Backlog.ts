/** *backlog*: whether memory grows with what is waiting. */
import { type Bench, inTurn, say } from "../Bench.ts"
import { type Findings, Notes, paired } from "../Findings.ts"
import { drainOrders } from "./Drain.ts"

/** Drains a small and a large backlog of orders, and compares the peaks of resident memory. */
export const backlogScenario = async (bench: Bench): Promise<Findings> => {
  const notes = new Notes("backlog", quantities)
  const [small, large] = bench.amounts.backlogs
  for (let round = 0; round < bench.amounts.rounds.backlog; round++) {
    for (const contender of inTurn(bench, round)) {
      const { name } = contender
      const ofSmall = await drainOrders(bench, contender, small)
      const ofLarge = await drainOrders(bench, contender, large)
      notes.note(name, "small", ofSmall.peakResidentBytes / mebibyte)
      notes.note(name, "large", ofLarge.peakResidentBytes / mebibyte)
      say(
        `backlog, round ${round + 1}, ${name}: ${mib(ofSmall.peakResidentBytes)} with ${small}, ${mib(ofLarge.peakResidentBytes)} with ${large}`
      )
    }
  }
  const [base, other] = bench.contenders
  const growth = [base.name, other.name].map((name, place) => ({
    id: place === 0 ? "backlog.growth.loop" : "backlog.growth",
    title: `backlog: peak of memory, large / small backlog, ${name}`,
    unit: "×",
    values: paired(notes.of(name, "large"), notes.of(name, "small"), (many, few) => many / few)
  }))
  return {
    measured: notes.measured([base.name, other.name]),
    ratios: [...notes.ratios(base.name, other.name), ...growth]
  }
}

const quantities = {
  small: { title: "peak of memory with the small backlog", unit: "MiB" },
  large: { title: "peak of memory with the large backlog", unit: "MiB" }
}

const mebibyte = 2 ** 20
const mib = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`

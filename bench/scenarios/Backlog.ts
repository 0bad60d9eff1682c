/** *backlog*: whether memory grows with what is waiting. */
import { candidatesOf, type ScenarioBench } from "../Bench.ts"
import { drainOrders } from "../DrainPhase.ts"
import { type Findings, Measurements, paired } from "../Findings.ts"
import { say } from "../Screen.ts"

/** Drains a small and a large backlog of orders, and compares the peaks of resident memory. */
export const backlogScenario = async (bench: ScenarioBench): Promise<Findings> => {
  const measurements = new Measurements("backlog", quantities)
  const [small, large] = bench.amounts.backlogs
  for (let round = 0; round < bench.amounts.rounds.backlog; round++) {
    for (const candidate of candidatesOf(bench, round)) {
      const { name } = candidate
      const ofSmall = await drainOrders(bench, candidate, small)
      const ofLarge = await drainOrders(bench, candidate, large)
      measurements.record(name, "small", ofSmall.peakResidentBytes / mebibyte)
      measurements.record(name, "large", ofLarge.peakResidentBytes / mebibyte)
      say(
        `backlog, round ${round + 1}, ${name}: ${mib(ofSmall.peakResidentBytes)} with ${small}, ${mib(ofLarge.peakResidentBytes)} with ${large}`
      )
    }
  }
  const [base, other] = bench.candidates
  const growth = [base.name, other.name].map((name, at) => ({
    id: at === 0 ? "backlog.growth.loop" : "backlog.growth",
    title: `backlog: peak of memory, large / small backlog, ${name}`,
    unit: "×",
    values: paired(measurements.of(name, "large"), measurements.of(name, "small"), (many, few) => many / few)
  }))
  return {
    measured: measurements.measured([base.name, other.name]),
    ratios: [...measurements.ratios(base.name, other.name), ...growth]
  }
}

const quantities = {
  small: { title: "peak of memory with the small backlog", unit: "MiB" },
  large: { title: "peak of memory with the large backlog", unit: "MiB" }
}

const mebibyte = 2 ** 20
const mib = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`

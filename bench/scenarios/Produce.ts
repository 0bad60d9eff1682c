/** *produce*: how fast the sample traffic is published. */
import type { Bench } from "../Bench.ts"
import { start } from "../CandidateProcess.ts"
import type { Findings } from "../Findings.ts"
import { binOf, root } from "../Folders.ts"
import { say } from "../Screen.ts"

/** Runs `counterfoil produce all` at no set pace; the whole process counts, start-up included. */
export const produceScenario = async (bench: Bench): Promise<Findings> => {
  const values: Array<number> = []
  for (let round = 0; round < bench.amounts.rounds.produce; round++) {
    const rate = await produceRate(bench)
    values.push(rate)
    say(`produce, round ${round + 1}: ${Math.round(rate)}/s`)
  }
  const title = "produce: messages published, start-up included, counterfoil produce all"
  return { measured: [{ id: "produce.rate", title, unit: "messages/s", values }], ratios: [] }
}

const produceRate = ({ amounts, withTopics, launch }: Bench): Promise<number> =>
  withTopics(async (topics) => {
    const args = ["produce", "all", "--count", String(amounts.produce), "--rate", "1000000"]
    const process = start(
      { name: "counterfoil produce", command: [binOf(root), ...args] },
      launch,
      topics,
      {}
    )
    await process.finished()
    // An order and a payment each.
    return (2 * amounts.produce) / ((performance.now() - process.startedAt) / 1000)
  })

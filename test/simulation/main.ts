/** Simulates seeds and reports them: `npm run test:simulate -- --seeds N [--first S] [--trace] [--bail]`. */
import { parseArgs } from "node:util"
import { Effect } from "effect"
import { simulateSeed } from "./SimulatedSeed.ts"

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1000" },
    first: { type: "string", default: "1" },
    trace: { type: "boolean", default: false },
    /** Ends at the first seed that fails. */
    bail: { type: "boolean", default: false }
  }
})

const first = Number(values.first)
const count = Number(values.seeds)
const begun = performance.now()
let failed = 0
for (let seed = first; seed < first + count; seed++) {
  const { report, trace } = await Effect.runPromise(simulateSeed(seed))
  if (values.trace) process.stdout.write(`${trace}\n`)
  if (report === undefined) continue
  failed++
  process.stdout.write(`${report}\n`)
  if (values.bail) break
}
const seconds = ((performance.now() - begun) / 1_000).toFixed(1)
process.stdout.write(`${count} seeds from ${first} in ${seconds} s: ${failed} failed\n`)
process.exitCode = failed === 0 ? 0 : 1

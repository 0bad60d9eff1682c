/** The command line of the simulation. */
import { availableParallelism } from "node:os"
import { parseArgs } from "node:util"
import { amountIn } from "../support/CommandLine.ts"

/** How to use it. */
export const usage = `npm run test:simulate -- [--seeds N] [--first S] [--workers N] [--bail] [--fresh] [--report FILE]
npm run test:simulate -- --trace [--seeds N] [--first S]

  --seeds    how many; without it 1000
  --first    the first of them; without it 1
  --workers  threads; without it as many as there are processors
  --bail     end at the first range of seeds of which one fails
  --trace    print everything that happens in each seed; nothing is kept
  --fresh    simulate also what is known already of the working tree
  --report   write a page to this file
  --forget   keep nothing, and use nothing that was kept
`

/** Reads the command line. **Errors**: throws on what it does not know. */
export const parseOptions = (args: ReadonlyArray<string>) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seeds: { type: "string", default: "1000" },
      first: { type: "string", default: "1" },
      workers: { type: "string", default: String(availableParallelism()) },
      trace: { type: "boolean", default: false },
      bail: { type: "boolean", default: false },
      fresh: { type: "boolean", default: false },
      forget: { type: "boolean", default: false },
      report: { type: "string" }
    }
  })
  const first = amountIn("--first", values.first)
  return {
    ...values,
    first,
    last: first + amountIn("--seeds", values.seeds) - 1,
    workers: amountIn("--workers", values.workers)
  }
}

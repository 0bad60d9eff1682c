/** The command line of the faults. */
import { parseArgs } from "node:util"
import { amountIn, namedProofFlags, namedProofIn } from "../support/CommandLine.ts"
import { scenarios } from "./Scenarios.ts"

/** How to use it. */
export const usage = `npm run test:faults -- [--only NAME,…] [--messages N] [--lanes N] [--fresh] [--report FILE]

  --only      these scenarios: ${scenarios.map(({ name }) => name).join(", ")}
  --messages  about this many messages each; without it 20000
  --lanes     scenarios side by side, each lane on a Cassandra of its own; without it 2
  --fresh     run also what is known already to hold for the working tree
  --report    write a page to this file
`

/** Reads the command line. **Errors**: throws on what it does not know. */
export const parseOptions = (args: ReadonlyArray<string>) => {
  const { values } = parseArgs({
    args: [...args],
    options: { ...namedProofFlags, messages: { type: "string", default: "20000" } }
  })
  const { names, ...proof } = namedProofIn(
    values,
    scenarios.map(({ name }) => name)
  )
  return {
    ...proof,
    messages: amountIn("--messages", values.messages),
    chosen: scenarios.filter(({ name }) => names.includes(name))
  }
}

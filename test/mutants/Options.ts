/** The command line of the mutants. */
import { parseArgs } from "node:util"
import { namedProofFlags, namedProofIn } from "../support/CommandLine.ts"
import { type Catcher, isQuick } from "./Mutant.ts"
import { mutants } from "./Mutants.ts"

/** How to use it. */
export const usage = `npm run test:mutants -- [--only NAME,…] [--quick | --servers] [--broken-only] [--lanes N] [--fresh] [--report FILE]

  --only         these mutants: ${mutants.map(({ name }) => name).join(", ")}
  --quick        only what tests without servers and the simulation have to notice
  --servers      only what tests and scenarios on real servers have to notice
  --broken-only  takes for granted that all tests pass while nothing is broken
  --lanes        mutants side by side, each lane with a copy of the program; without it 2
  --fresh        try also what is known already of the working tree
  --report       write a page to this file
`

/** Reads the command line. **Errors**: throws on what it does not know. */
export const parseOptions = (args: ReadonlyArray<string>) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...namedProofFlags,
      quick: { type: "boolean", default: false },
      servers: { type: "boolean", default: false },
      "broken-only": { type: "boolean", default: false }
    }
  })
  if (values.quick && values.servers) throw new Error("--quick goes without --servers")
  const { names, ...proof } = namedProofIn(
    values,
    mutants.map(({ name }) => name)
  )
  const isAsked = (catcher: Catcher) => (isQuick(catcher) ? !values.servers : !values.quick)
  return {
    ...proof,
    isBrokenOnly: values["broken-only"],
    flags: `${values.quick ? " --quick" : ""}${values.servers ? " --servers" : ""}`,
    chosen: mutants
      .filter(({ name }) => names.includes(name))
      .map((mutant) => ({ mutant, catchers: mutant.caughtBy.filter(isAsked) }))
      .filter(({ catchers }) => catchers.length > 0)
  }
}

/** Runs command lines as far as their flags and settings are read, and no further. */
import { Effect, Option } from "effect"
import { sections } from "../../src/config/Sections.ts"
import type { Variable } from "../../src/config/Variable.ts"
import { counterfoil } from "../support/Counterfoil.ts"

/** Every variable that configures Counterfoil, by its name and its aliases. */
export const variables: ReadonlyMap<string, Variable<unknown>> = new Map(
  Object.values<{ readonly variables: Readonly<Record<string, Variable<unknown>>> }>(sections).flatMap(
    (section) =>
      Object.values(section.variables).flatMap((variable) =>
        [variable.doc.name, ...(variable.doc.aliases ?? [])].map((name) => [name, variable] as const)
      )
  )
)

/** The value of a variable in this environment, or else its default. **Errors**: throws where it is not allowed. */
export const settingOf = (name: string, environment: Readonly<Record<string, string>>): unknown => {
  const variable = variables.get(name)
  const text = environment[name]
  const value = text === undefined ? variable?.whenMissing : variable?.decode(text)
  if (value === undefined) throw new Error(`${name} is no setting`)
  return Option.getOrThrowWith(value, () => new Error(`${name} may not be ${text}`))
}

/** Where Cassandra is stays unsaid: all problems are told together, and this one ends the command before it begins. */
const expected = /^counterfoil: CASSANDRA_CONTACT_POINTS is missing/

/**
 * What is wrong with a command line and its environment, one line each; empty where nothing is.
 *
 * **Shape**: for commands that need Cassandra.
 */
export const objectionsTo = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>
): Promise<ReadonlyArray<string>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { CASSANDRA_CONTACT_POINTS: _, ...rest } = environment
        const started = yield* counterfoil(args, rest)
        const { code } = yield* started.ended
        const lines = started.stderr().trimEnd().split("\n")
        const others = lines.filter((line) => !expected.test(line))
        return code === 2 && others.length < lines.length ? others : [`exit code ${code}`, ...lines]
      })
    )
  )

/** A mechanism of the program broken on purpose, and what has to notice it. */

/** The guarantees of README.md. */
export type Guarantee = "G1" | "G2" | "G3" | "G4" | "G5" | "G6" | "G7" | "G8"

/** A change of one place that breaks one mechanism. */
export interface Mutant {
  /** No two have the same. **Shape**: words with hyphens. */
  readonly name: string
  /** What the broken program does, in words. */
  readonly what: string
  /** Which guarantee it gives up; undefined where it is none of them. */
  readonly guarantee: Guarantee | undefined
  /** From the repository's root. */
  readonly file: string
  /** What stands exactly once in the file. */
  readonly text: string
  /** What is put in its place. The program must still load. */
  readonly replacement: string
  /** Each of them has to notice it. */
  readonly caughtBy: readonly [Catcher, ...ReadonlyArray<Catcher>]
}

/** What notices a mutant. */
export type Catcher =
  /** Tests without servers: all of a file, or those whose titles contain a text. */
  | { readonly _tag: "Unit"; readonly file: string; readonly title: string | undefined }
  /** Tests on real servers. */
  | { readonly _tag: "Integration"; readonly file: string; readonly title: string | undefined }
  /** Some seeds of the simulation, up to the first that fails. */
  | { readonly _tag: "Simulation"; readonly seeds: number }
  /** A scenario of `npm run test:faults` with about so many messages. */
  | { readonly _tag: "Scenario"; readonly name: string; readonly messages: number }

/** A catcher. */
export const unit = (file: string, title?: string): Catcher => ({ _tag: "Unit", file, title })

/** A catcher. */
export const integration = (file: string, title?: string): Catcher => ({ _tag: "Integration", file, title })

/** A catcher: the seeds that CI simulates. */
export const simulation: Catcher = { _tag: "Simulation", seeds: 1_000 }

/** A catcher. */
export const scenario = (name: string, messages = 4_000): Catcher => ({ _tag: "Scenario", name, messages })

/** Whether a catcher starts no servers and takes seconds. */
export const isQuick = ({ _tag }: Catcher): boolean => _tag === "Unit" || _tag === "Simulation"

/** What takes longer has the greater cost: from seconds to minutes. */
export const costOf = ({ _tag }: Catcher): number =>
  ["Unit", "Simulation", "Integration", "Scenario"].indexOf(_tag)

/** How a catcher is called in reports and in the documents. */
export const nameOf = (catcher: Catcher): string => {
  switch (catcher._tag) {
    case "Unit":
    case "Integration":
      return catcher.title === undefined ? catcher.file : `${catcher.file}: "${catcher.title}"`
    case "Simulation":
      return `the simulation, ${catcher.seeds} seeds`
    case "Scenario":
      return `scenario ${catcher.name}, ${catcher.messages} messages`
  }
}

/** Why a mutant cannot be applied to its file as it stands; undefined where it can. */
export const misfitOf = ({ name, file, text }: Mutant, source: string): string | undefined => {
  const times = source.split(text).length - 1
  return times === 1
    ? undefined
    : `${name}: its text stands ${times} times in ${file}, not once; give test/mutants the line as it is now\n${text.replaceAll(/^/gm, "    ")}`
}

/** The file with the mutant in it. */
export const broken = ({ text, replacement }: Mutant, source: string): string =>
  source.split(text).join(replacement)

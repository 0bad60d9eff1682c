/** Checks of the settings themselves, before anything is asked of a server. */
import type { Origin } from "../config/Origins.ts"
import { similarVariable, variableNames } from "../config/VariableNames.ts"
import { type Check, type CheckResult, judge, type Problem } from "./Check.ts"

/** Everything that the checks of the configuration judge. */
export interface ConfigurationReading {
  /** What is wrong with flags and variables, a line each, as the reader of the configuration says it. */
  readonly problems: ReadonlyArray<string>
  /** What is allowed at a risk, likewise. */
  readonly warnings: ReadonlyArray<string>
  /** Which files that settings name cannot be read, likewise. */
  readonly files: ReadonlyArray<string>
  readonly origins: ReadonlyArray<Origin>
  /** The names of the environment's variables. */
  readonly environment: ReadonlyArray<string>
}

const settingsRead: Check<ConfigurationReading> = {
  code: "CF-501",
  group: "configuration",
  title: "every setting can be read, and they agree with each other",
  worst: "fatal",
  remedy: "the variable or flag that it names; docs/configuration.md has all of them",
  needs: [],
  judge: ({ origins, problems }) => {
    if (problems.length > 0) return problems.map((line) => problemOf(line, "fatal"))
    const set = origins.filter(({ kind }) => kind !== "default").length
    return { shows: `${set} are set, ${origins.length - set} have their default` }
  }
}

const filesThere: Check<ConfigurationReading> = {
  code: "CF-502",
  group: "configuration",
  title: "the files that settings name can be read",
  worst: "fatal",
  remedy: "another path, or the right to read it",
  needs: [],
  judge: ({ files }) =>
    files.map((found) => ({
      severity: "fatal",
      found,
      expected: "a file that this user may read",
      remedy: "correct the path, or let this user read it"
    }))
}

const nothingAtRisk: Check<ConfigurationReading> = {
  code: "CF-503",
  group: "configuration",
  title: "no setting is a risk",
  worst: "warning",
  remedy: "the variable that it names",
  needs: [],
  judge: ({ warnings }) => warnings.map((line) => problemOf(line, "warning"))
}

const namesKnown: Check<ConfigurationReading> = {
  code: "CF-504",
  group: "configuration",
  title: "no variable of the environment has a name that is nearly one of ours",
  worst: "warning",
  remedy: "the name that is meant",
  needs: [],
  judge: ({ environment }) =>
    environment
      .filter((name) => !variableNames.has(name))
      .flatMap((name) => {
        const meant = similarVariable(name)
        return meant === undefined || environment.includes(meant) ? [] : [misspelt(name, meant)]
      })
}

const misspelt = (name: string, meant: string): Problem => ({
  severity: "warning",
  found: `the environment has ${name}, which is no variable of Counterfoil: it is ignored`,
  expected: `${meant}, if that is meant`,
  remedy: `rename ${name} to ${meant}`
})

/** Takes a line apart where it says what is allowed. **Shape**: as `config/Configuration.ts` explains a value. */
export const problemOf = (line: string, severity: Problem["severity"]): Problem => {
  const [, found, expected, example] = /^(.*?): must be (.*)\. Example: (.*)$/.exec(line) ?? []
  if (found === undefined || expected === undefined || example === undefined) {
    return { severity, found: line, expected: "settings that agree", remedy: "change it as that says" }
  }
  return { severity, found, expected, remedy: `for instance ${example}` }
}

/** The checks of the configuration. */
export const configurationChecks: ReadonlyArray<Check<ConfigurationReading>> = [
  settingsRead,
  filesThere,
  nothingAtRisk,
  namesKnown
]

/** Judges what was read. Pure. */
export const judgeConfiguration = (reading: ConfigurationReading): ReadonlyArray<CheckResult> =>
  judge(configurationChecks, reading)

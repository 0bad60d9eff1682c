/** What `doctor` does: reads a deployment, judges it, and says what was found. */
import { Console, Data, Effect, Option, Runtime } from "effect"
import { allChecks } from "../../checks/AllChecks.ts"
import { type CheckGroup, type CheckResult, findingsIn, isFatal } from "../../checks/Check.ts"
import type { Prepared } from "../../checks/live/ScratchPlan.ts"
import { chosen, type Selection, selection } from "../../checks/Selection.ts"
import { ConfigurationError, type FlagTexts } from "../../config/Configuration.ts"
import type { Origin } from "../../config/Origins.ts"
import { OutputWidth } from "../TextWidth.ts"
import { judgeFiles } from "./DoctorFiles.ts"
import { readDeployment } from "./DoctorReadings.ts"
import { reportJson, reportText } from "./DoctorReport.ts"

/** How a report is asked for. */
export interface ReportOptions {
  /** Codes and groups, separated by commas; none: all. */
  readonly only: Option.Option<string>
  /** Whether warnings fail. */
  readonly strict: boolean
  readonly json: boolean
}

/** Something was found that has to be fixed. The command exits 1. */
export class DeploymentUnwell extends Data.TaggedError("DeploymentUnwell")<{
  readonly codes: ReadonlyArray<string>
}> {
  override readonly [Runtime.errorExitCode] = 1

  override get message(): string {
    return `found what has to be fixed: ${[...new Set(this.codes)].join(", ")}`
  }
}

/**
 * Checks the deployment that flags and environment name, and prints a report; where `live` is given, with what a proof
 * on scratch things shows.
 *
 * **Errors**: `DeploymentUnwell`, exit 1; `ConfigurationError` where `only` names no check of it, exit 2.
 */
export const doctor = Effect.fn("doctor")(function* (
  options: ReportOptions,
  flags: FlagTexts,
  live: Prepared | undefined
) {
  const isMeant = yield* selected(options, ({ group }) => group !== "manifests")
  const groups = new Set(allChecks.filter(isMeant).map(({ group }) => group))
  yield* agreeing(options, live, groups)
  // A proof needs both servers, whatever else is asked for.
  const all: ReadonlySet<CheckGroup> = new Set([...groups, ...(live === undefined ? [] : servers)])
  const { origins, results } = yield* readDeployment(flags, all, live)
  yield* report(chosen(results, isMeant), origins, options)
})

const servers = ["pubsub", "cassandra"] as const

/** What `--only` names, and `--live`, must not contradict each other. **Errors**: `ConfigurationError`, exit 2. */
const agreeing = (
  { only }: ReportOptions,
  live: Prepared | undefined,
  groups: ReadonlySet<CheckGroup>
): Effect.Effect<void, ConfigurationError> => {
  if (Option.isNone(only) || groups.has("live") === (live !== undefined)) return Effect.void
  const problem =
    live === undefined
      ? `--only is "${only.value}", and the checks CF-901 and on are made with --live alone. Example: --live --only ${only.value}`
      : `--only is "${only.value}", which leaves out what --live proves. Example: --live --only live`
  return Effect.fail(new ConfigurationError({ problems: [problem] }))
}

/**
 * Checks Kubernetes manifests, and prints a report.
 *
 * **Errors**: `DeploymentUnwell`, exit 1; `ConfigurationError` where a file cannot be read, none has a container of
 * Counterfoil, or `only` names no check of manifests, exit 2.
 */
export const doctorOfFiles = Effect.fn("doctor FILE")(function* (
  options: ReportOptions,
  files: ReadonlyArray<string>
) {
  const isMeant = yield* selected(options, ({ group }) => group === "manifests")
  yield* report(chosen(yield* judgeFiles(files), isMeant), [], options)
})

const report = Effect.fnUntraced(function* (
  results: ReadonlyArray<CheckResult>,
  origins: ReadonlyArray<Origin>,
  options: ReportOptions
) {
  const width = yield* OutputWidth
  yield* Console.log(options.json ? reportJson(results, origins) : reportText(results, origins, width))
  yield* failUnlessWell(results, options)
})

/** Fails where something fatal was found, or where warnings fail too, anything. **Errors**: `DeploymentUnwell`. */
const failUnlessWell = (
  results: ReadonlyArray<CheckResult>,
  { strict }: ReportOptions
): Effect.Effect<void, DeploymentUnwell> => {
  const codes = findingsIn(results)
    .filter((finding) => strict || isFatal(finding))
    .map(({ code }) => code)
  return codes.length === 0 ? Effect.void : Effect.fail(new DeploymentUnwell({ codes }))
}

/** The checks that are asked for, of those that can be made. */
const selected = (
  { only }: ReportOptions,
  canBeMade: Selection
): Effect.Effect<Selection, ConfigurationError> => {
  if (Option.isNone(only)) return Effect.succeed(canBeMade)
  const isMeant = Option.filter(selection.parse(only.value), (meant) =>
    allChecks.some((check) => canBeMade(check) && meant(check))
  )
  return Effect.mapError(Effect.fromOption(isMeant), () => {
    const problem = `--only is "${only.value}": must be ${selection.allowed}; manifests, CF-801 and on, are for doctor FILE…. Example: --only ${selection.example}`
    return new ConfigurationError({ problems: [problem] })
  })
}

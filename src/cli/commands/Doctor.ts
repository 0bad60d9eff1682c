/** What `doctor` does: reads a deployment, judges it, and says what was found. */
import { Console, Data, Effect, Option, Runtime } from "effect"
import { allChecks } from "../../checks/AllChecks.ts"
import { type CheckResult, findingsIn, isFatal } from "../../checks/Check.ts"
import { chosen, everyCheck, type Selection, selection } from "../../checks/Selection.ts"
import { ConfigurationError, type FlagTexts } from "../../config/Configuration.ts"
import { OutputWidth } from "../TextWidth.ts"
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

/** Something was found that has to be mended. The command exits 1. */
export class DeploymentUnwell extends Data.TaggedError("DeploymentUnwell")<{
  readonly codes: ReadonlyArray<string>
}> {
  override readonly [Runtime.errorExitCode] = 1

  override get message(): string {
    return `found what has to be mended: ${[...new Set(this.codes)].join(", ")}`
  }
}

/**
 * Checks the deployment that flags and environment name, and prints a report.
 *
 * **Errors**: `DeploymentUnwell`, exit 1; `ConfigurationError` where `only` names no check, exit 2.
 */
export const doctor = Effect.fn("doctor")(function* (options: ReportOptions, flags: FlagTexts) {
  const isMeant = yield* selected(options)
  const groups = new Set(allChecks.filter(isMeant).map(({ group }) => group))
  const { origins, results } = yield* readDeployment(flags, groups)
  const shown = chosen(results, isMeant)
  const width = yield* OutputWidth
  yield* Console.log(options.json ? reportJson(shown, origins) : reportText(shown, origins, width))
  yield* failUnlessWell(shown, options)
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

const selected = ({ only }: ReportOptions): Effect.Effect<Selection, ConfigurationError> =>
  Option.isNone(only)
    ? Effect.succeed(everyCheck)
    : Effect.mapError(
        Effect.fromOption(selection.parse(only.value)),
        () =>
          new ConfigurationError({
            problems: [
              `--only is "${only.value}": must be ${selection.allowed}. Example: --only ${selection.example}`
            ]
          })
      )

/** The settings as `doctor` reads them: each section by itself, so that what is wrong in one hides no other. */
import { Effect, Result } from "effect"
import type { CheckResult } from "../../checks/Check.ts"
import { judgeConfiguration } from "../../checks/ConfigurationChecks.ts"
import { configuration, type FlagTexts } from "../../config/Configuration.ts"
import { environmentNames } from "../../config/Environment.ts"
import { type Origin, readOrigins } from "../../config/Origins.ts"
import type { Section } from "../../config/Section.ts"
import { sections } from "../../config/Sections.ts"
import type { PubSubSettings, TableSettings } from "../../config/Settings.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { checkNamedFiles } from "../NamedFiles.ts"

/** What could be read; undefined where something in that section is wrong. */
export interface DoctorSettings {
  readonly pubSub: PubSubSettings | undefined
  readonly cassandra: TableSettings | undefined
  readonly processing: ProcessingSettings | undefined
}

/** The settings, judged. */
export interface JudgedSettings {
  readonly settings: DoctorSettings
  readonly results: ReadonlyArray<CheckResult>
  readonly origins: ReadonlyArray<Origin>
}

/** Reads and judges the settings of flags and environment. Nothing fails. */
export const readSettings = (flags: FlagTexts): Effect.Effect<JudgedSettings> =>
  Effect.gen(function* () {
    const problems: Array<string> = []
    const warnings: Array<string> = []
    const files: Array<string> = []
    const read = Effect.fnUntraced(function* <Settings>(name: string, section: Section<Settings>) {
      const result = yield* Effect.result(configuration({ [name]: section }, flags))
      if (Result.isFailure(result)) {
        problems.push(...result.failure.problems)
        return undefined
      }
      warnings.push(...result.success.warnings)
      const named = yield* Effect.result(checkNamedFiles(result.success))
      if (Result.isFailure(named)) files.push(...named.failure.problems)
      return Result.isFailure(named) ? undefined : result.success.settings[name]
    })
    const settings: DoctorSettings = {
      pubSub: yield* read("pubSub", sections.pubSub),
      cassandra: yield* read("cassandra", sections.cassandra),
      processing: yield* read("processing", sections.processing)
    }
    for (const name of ["http", "telemetry", "log"] as const) yield* read<unknown>(name, sections[name])
    const origins = yield* readOrigins(sections, flags)
    const results = judgeConfiguration({
      problems,
      warnings,
      files,
      origins,
      environment: environmentNames()
    })
    return { settings, results, origins }
  })

/** Reads manifests into what their checks judge: containers with the settings of their processes, and autoscalers. */
import { ConfigProvider, Effect } from "effect"
import { configuration } from "../../config/Configuration.ts"
import { sections } from "../../config/Sections.ts"
import type { HttpSettings } from "../../http/HttpSettings.ts"
import type { ProcessingSettings } from "../../ingest/ProcessingSettings.ts"
import { exportedSeries } from "../../telemetry/ExportedSeries.ts"
import { type ManifestText, readManifests, type Unreadable } from "./ManifestFile.ts"
import { type Scaler, scalersIn } from "./Scaler.ts"
import { type Workload, workloadsIn } from "./Workload.ts"

/** A container, and the settings of its process. */
export interface ConfiguredWorkload extends Workload {
  /** What is wrong with its settings, a line each, as the process would say it. */
  readonly problems: ReadonlyArray<string>
  /** What is allowed at a risk, likewise. */
  readonly warnings: ReadonlyArray<string>
  /** Undefined where they cannot be read. */
  readonly processing: ProcessingSettings | undefined
  /** Undefined where they cannot be read. */
  readonly http: HttpSettings | undefined
}

/** Everything that the checks of manifests judge. */
export interface ManifestReading {
  readonly unreadable: ReadonlyArray<Unreadable>
  readonly workloads: ReadonlyArray<ConfiguredWorkload>
  /** The autoscalers of these workloads, and those that read a metric of ours. */
  readonly scalers: ReadonlyArray<Scaler>
  /** The name of each series that `run` exports. */
  readonly series: ReadonlySet<string>
}

/** Reads manifests. Nothing fails. */
export const readWorkloads = (texts: ReadonlyArray<ManifestText>): Effect.Effect<ManifestReading> =>
  Effect.gen(function* () {
    const { manifests, unreadable } = yield* readManifests(texts)
    const workloads = yield* Effect.forEach(workloadsIn(manifests), configured)
    return {
      unreadable,
      workloads,
      scalers: scalersIn(manifests, new Set(workloads.map(({ manifest }) => manifest))),
      series: yield* exportedSeries
    }
  })

const configured = (workload: Workload): Effect.Effect<ConfiguredWorkload> =>
  Effect.gen(function* () {
    const { command, environment } = workload
    const record = Object.fromEntries([
      ...[...environment.hidden].flatMap((name) => {
        const example = examples.get(name)
        return example === undefined ? [] : [[name, example] as const]
      }),
      ...environment.texts
    ])
    const problems: Array<string> = []
    const warnings: Array<string> = []
    const read = <const Name extends keyof typeof sections>(name: Name) =>
      configuration({ it: sections[name] }, command.flags).pipe(
        Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnvRecord(record)),
        Effect.match({
          onFailure: (error) => {
            problems.push(...error.problems)
            return undefined
          },
          onSuccess: (all) => {
            warnings.push(...all.warnings)
            return all.settings.it
          }
        })
      )
    const processing = yield* read("processing")
    const http = yield* read("http")
    for (const name of readBy[command.subcommand ?? "run"] ?? []) yield* read(name)
    const isTold = (line: string): boolean =>
      environment.isComplete || [...environment.texts.keys()].some((name) => line.startsWith(`${name} is "`))
    return {
      ...workload,
      problems: problems.filter(isTold),
      warnings,
      processing,
      http
    }
  })

/** What else a command reads of the configuration. */
const readBy: Readonly<Record<string, ReadonlyArray<keyof typeof sections>>> = {
  run: ["pubSub", "cassandra", "log", "telemetry"],
  setup: ["pubSub", "cassandra", "log"],
  dlq: ["pubSub", "cassandra", "log"],
  produce: ["pubSub", "log"],
  facts: ["cassandra", "log"]
}

/** A value that may stand for one that is not in the files. */
const examples: ReadonlyMap<string, string> = new Map(
  Object.values(sections)
    .flatMap((section) => Object.values(section.variables))
    .flatMap(({ doc, example }) => [doc.name, ...(doc.aliases ?? [])].map((name) => [name, example] as const))
)

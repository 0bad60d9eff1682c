/** Reads the files that `doctor` is given, and has them judged. */
import { readFile } from "node:fs/promises"
import { Effect } from "effect"
import type { CheckResult } from "../../checks/Check.ts"
import { judgeManifests } from "../../checks/manifests/ManifestChecks.ts"
import type { ManifestText } from "../../checks/manifests/ManifestFile.ts"
import { readWorkloads } from "../../checks/manifests/ManifestReading.ts"
import { ConfigurationError } from "../../config/Configuration.ts"

/**
 * Judges the manifests of files; `-` is standard input.
 *
 * **Errors**: `ConfigurationError` where one cannot be read, or none has a container or an autoscaler of Counterfoil: exit 2.
 */
export const judgeFiles = (
  files: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<CheckResult>, ConfigurationError> =>
  Effect.gen(function* () {
    const texts = yield* Effect.validate(files, readText).pipe(
      Effect.mapError((problems) => new ConfigurationError({ problems: [...problems] }))
    )
    const reading = yield* readWorkloads(texts)
    const { scalers, unreadable, workloads } = reading
    if (workloads.length + scalers.length + unreadable.length === 0) {
      const problem = `no container of Counterfoil is in ${files.join(", ")}: none has an image or a command of that name, or its variables`
      return yield* new ConfigurationError({ problems: [problem] })
    }
    return judgeManifests(reading)
  })

const readText = (file: string): Effect.Effect<ManifestText, string> =>
  Effect.tryPromise({
    try: async () => ({
      file: file === "-" ? "standard input" : file,
      text: await readFile(file === "-" ? "/dev/stdin" : file, "utf8")
    }),
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      const trouble =
        code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder, not a file" : "it cannot be read"
      return `FILE is "${file}": ${trouble}`
    }
  })

/** Runs a command's body with the settings it needs. */
import { Effect } from "effect"
import { type Configuration, configuration, type FlagTexts, type Wanted } from "../config/Configuration.ts"
import { logSection } from "../config/ServingSection.ts"
import { layerLogging } from "./Logging.ts"
import { checkNamedFiles } from "./NamedFiles.ts"

/**
 * Reads the wanted sections and the log's, then runs `body` with log lines written accordingly.
 *
 * **Errors**: `ConfigurationError`, also where a file that they name cannot be read: exit 2; nothing was started then.
 */
export const configured = <const Sections extends Wanted, A, E, R>(
  wanted: Sections,
  flags: FlagTexts,
  body: (read: Configuration<Sections>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const log = yield* configuration({ ...wanted, log: logSection }, flags)
    yield* checkNamedFiles(log)
    const read = { ...log, settings: log.settings as Configuration<Sections>["settings"] }
    const warn = Effect.forEach(read.warnings, (line) => Effect.logWarning(line), { discard: true })
    return yield* Effect.andThen(warn, body(read)).pipe(Effect.provide(layerLogging(log.settings.log)))
  })

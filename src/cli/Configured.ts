/** Runs a command's body with the settings it needs. */
import { Cause, Effect } from "effect"
import {
  type Configuration,
  ConfigurationError,
  configuration,
  type FlagTexts,
  type Wanted
} from "../config/Configuration.ts"
import { logSection } from "../config/ServingSection.ts"
import { reportFailure } from "./Failure.ts"
import { layerLogging } from "./Logging.ts"
import { checkNamedFiles } from "./NamedFiles.ts"
import { type OwnValues, ownValues } from "./OwnFlags.ts"

/** What a command's body gets. */
export type Read<Sections extends Wanted, Own> = Configuration<Sections> & {
  /** The command's own flags. */
  readonly own: OwnValues<Own>
}

/**
 * Reads the command's own flags, the wanted sections and the log's, then runs `body` with log lines written accordingly.
 *
 * **Errors**: `ConfigurationError` with all that is wrong, also where a file that settings name cannot be read: exit 2;
 * nothing was started then.
 */
export const configured = <
  const Sections extends Wanted,
  A,
  E,
  R,
  const Own extends Readonly<Record<string, unknown>> = Readonly<Record<never, never>>
>(
  wanted: Sections,
  flags: FlagTexts,
  body: (read: Read<Sections, Own>) => Effect.Effect<A, E, R>,
  own?: Own
) =>
  Effect.gen(function* () {
    const { problems, values } = ownValues(own ?? ({} as Own))
    const log = yield* configuration({ ...wanted, log: logSection }, flags).pipe(
      Effect.mapError((error) => new ConfigurationError({ problems: [...problems, ...error.problems] }))
    )
    if (problems.length > 0) return yield* new ConfigurationError({ problems })
    yield* checkNamedFiles(log)
    const read = { ...log, settings: log.settings as Configuration<Sections>["settings"], own: values }
    const warn = Effect.forEach(read.warnings, (line) => Effect.logWarning(line), { discard: true })
    return yield* Effect.andThen(warn, body(read)).pipe(
      // Here too, so that what it ended with is a line among those of its log.
      Effect.tapCause(reportFailure),
      Effect.onInterrupt(() => reportFailure(Cause.interrupt())),
      Effect.provide(layerLogging(log.settings.log))
    )
  })

/** Saves what a process remembers of its last hour, when somebody asks for it and when a bug ends it. */
import { constants } from "node:fs"
import { access, writeFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { Cause, Clock, Data, Effect, Exit } from "effect"
import { incidentHtml, incidentName } from "../../http/IncidentHtml.ts"
import { Recorder } from "../../telemetry/Recorder.ts"

/** An incident file could not be written. The command exits 1. */
export class IncidentNotSaved extends Data.TaggedError("IncidentNotSaved")<{
  readonly file: string
  readonly cause: unknown
}> {
  override get message(): string {
    const code = this.cause instanceof Error && "code" in this.cause ? this.cause.code : undefined
    const why =
      code === "EEXIST"
        ? "it is there already; give another file"
        : code === "ENOENT"
          ? "its folder is not there"
          : String(this.cause instanceof Error ? this.cause.message : this.cause)
    return `the incident was not saved in ${this.file}: ${why}`
  }
}

/** Writes a file that only its owner can read; never over another. **Errors**: `IncidentNotSaved`. */
export const writeIncident = (file: string, html: string): Effect.Effect<void, IncidentNotSaved> =>
  Effect.tryPromise({
    try: () => writeFile(file, html, { mode: 0o600, flag: "wx" }),
    catch: (cause) => new IncidentNotSaved({ file, cause })
  })

/**
 * While the work runs, SIGUSR2 saves an incident file in this folder; so does a bug that ends the work. Where the folder
 * cannot be written, that is logged at the start, and whenever a file would have been saved.
 *
 * **Guarantee**: never fails the work, and never delays it. SIGUSR2 never ends the process, whatever the folder is.
 */
export const savingIncidents =
  (dir: string) =>
  <A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, R | Recorder> =>
    Effect.gen(function* () {
      const folder = resolve(dir)
      const isWritable = yield* Effect.promise(() =>
        access(folder, constants.W_OK).then(
          () => true,
          () => false
        )
      )
      if (!isWritable) {
        yield* Effect.logWarning(
          `INCIDENT_DIR=${dir} cannot be written: no incident files are saved; \`counterfoil incident\` still gets one`
        )
      }
      // Always: without a listener SIGUSR2 would end the process.
      const save = saveIn(folder)
      return yield* Effect.scoped(Effect.andThen(onSignal(save), work)).pipe(
        Effect.onExit((exit) =>
          Exit.isFailure(exit) && Cause.hasDies(exit.cause) ? Effect.andThen(recordNow, save) : Effect.void
        )
      )
    })

const recordNow = Recorder.use(({ record }) => record)

const saveIn = (folder: string) =>
  Effect.gen(function* () {
    const file = join(folder, incidentName(yield* Clock.currentTimeMillis))
    yield* writeIncident(file, yield* incidentHtml({ isWhole: true }))
    yield* Effect.logInfo(`saved an incident file: ${file}`)
  }).pipe(
    Effect.catchTags({
      IncidentNotSaved: ({ message }) => Effect.logWarning(message),
      PageFileUnreadable: ({ message }) => Effect.logWarning(`no incident was saved: ${message}`)
    })
  )

/** One at a time, however often the signal comes. */
const onSignal = <R>(save: Effect.Effect<void, never, R>) =>
  Effect.gen(function* () {
    const fork = Effect.runForkWith(yield* Effect.context<R>())
    let isSaving = false
    const saveOnce = Effect.suspend(() => {
      if (isSaving) return Effect.void
      isSaving = true
      return Effect.ensuring(
        save,
        Effect.sync(() => {
          isSaving = false
        })
      )
    })
    const asked = () => void fork(saveOnce)
    yield* Effect.acquireRelease(
      Effect.sync(() => process.on("SIGUSR2", asked)),
      () => Effect.sync(() => process.off("SIGUSR2", asked))
    )
  })

/** Runs a command of `counterfoil` to its end. */
import { Clock, Effect } from "effect"
import { counterfoil } from "../support/Counterfoil.ts"
import { toldIn } from "../support/Told.ts"

/** How a command ended and what it said. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly errors: string
  /** The lines on standard error that say why it failed. */
  readonly told: ReadonlyArray<string>
  readonly seconds: number
}

/** Runs a command to its end. */
export const ran = (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>> = {},
  options: { readonly cwd?: string } = {}
): Effect.Effect<Ran> =>
  Effect.scoped(
    Effect.gen(function* () {
      const startedAt = yield* Clock.currentTimeMillis
      const started = yield* counterfoil(args, environment, options)
      const { code } = yield* started.ended
      const seconds = ((yield* Clock.currentTimeMillis) - startedAt) / 1000
      const errors = started.stderr()
      return { code, out: started.stdout(), errors, told: toldIn(errors), seconds }
    })
  )

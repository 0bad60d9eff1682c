/** What the checks of a deployment find at the moment of an incident. */
import { Context, Duration, Effect } from "effect"
import { incidentChecksMillis } from "./Limits.ts"

/** A check, and what came of it. */
export interface ShownCheck {
  readonly code: string
  readonly status: "passed" | "warning" | "fatal" | "not-made" | "skipped"
  /** What was found; of one that passed, or was not made, what it is about, and what it shows. */
  readonly text: string
  /** Empty where there is nothing to do. */
  readonly remedy: string
}

/** The checks that an incident file shows. Whoever starts a process says which; none where there is nothing to check. */
export const IncidentChecks = Context.Reference<Effect.Effect<ReadonlyArray<ShownCheck>>>(
  "counterfoil/http/IncidentChecks",
  { defaultValue: () => Effect.succeed([]) }
)

/** Makes them. **Guarantee**: answers within {@link incidentChecksMillis}, whoever does not answer. */
export const checksOfIncident: Effect.Effect<ReadonlyArray<ShownCheck>> = Effect.gen(function* () {
  const checks = yield* IncidentChecks
  return yield* Effect.timeoutOrElse(checks, {
    duration: Duration.millis(incidentChecksMillis),
    orElse: () => Effect.succeed([tooLate])
  })
})

const tooLate: ShownCheck = {
  code: "–",
  status: "not-made",
  text: `nothing was checked: the checks did not end within ${incidentChecksMillis / 1_000} s`,
  remedy: "counterfoil doctor"
}

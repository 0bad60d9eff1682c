/** Knows whether each part works, and why not. */
import { Clock, Context, Effect, Layer } from "effect"

/** The parts a process depends on. */
export const healthParts = ["facts", "orders", "payments", "dead-letters"] as const

/** One of {@link healthParts}. */
export type HealthPart = (typeof healthParts)[number]

/** How one part is. */
export type HealthState =
  | { readonly _tag: "Starting" }
  | { readonly _tag: "Healthy" }
  /** It does not work just now; it is tried again for ever, nothing is lost. */
  | { readonly _tag: "Away"; readonly reason: string }
  /** It works, but intake is paused until what is held becomes less. */
  | { readonly _tag: "Paused"; readonly reason: string }
  | { readonly _tag: "Stopping" }

/** How one part is, and since when. */
export interface PartHealth {
  readonly state: HealthState
  /** When the state was set, whether or not its reason has changed since. **Units**: ms since the epoch. */
  readonly since: number
}

/**
 * Knows whether each part works, and why not.
 *
 * Ready: every part is `Healthy` or `Paused`. A backlog never makes a process unhealthy. Setting a state that is
 * already set costs nothing; a change is logged once.
 */
export class Health extends Context.Service<
  Health,
  {
    readonly set: (part: HealthPart, state: HealthState) => Effect.Effect<void>
    readonly states: Effect.Effect<Readonly<Record<HealthPart, HealthState>>>
    /** The states, each with the time since which it stands. */
    readonly parts: Effect.Effect<Readonly<Record<HealthPart, PartHealth>>>
    readonly ready: Effect.Effect<boolean>
  }
>()("counterfoil/telemetry/Health") {
  /** Every part is `Starting` until it is set otherwise. */
  static readonly layer = Layer.effect(
    Health,
    Effect.suspend(() => make)
  )
}

/** Whether a part in this state keeps the process from being ready. */
export const isReady = (state: HealthState): boolean => state._tag === "Healthy" || state._tag === "Paused"

/** Why a part is as it is, where there is more to say than the state itself. */
export const reasonOf = (state: HealthState): string | undefined =>
  "reason" in state ? state.reason : undefined

/** A part and its state for people: `facts: away: no host answers`. */
export const sentenceOf = (part: HealthPart, state: HealthState): string => {
  const reason = reasonOf(state)
  return `${part}: ${state._tag.toLowerCase()}${reason === undefined ? "" : `: ${reason}`}`
}

const make = Effect.gen(function* () {
  const start: PartHealth = { state: { _tag: "Starting" }, since: yield* Clock.currentTimeMillis }
  const parts: Record<HealthPart, PartHealth> = {
    facts: start,
    orders: start,
    payments: start,
    "dead-letters": start
  }

  const change = Effect.fnUntraced(function* (part: HealthPart, state: HealthState) {
    const before = parts[part]
    const since = before.state._tag === state._tag ? before.since : yield* Clock.currentTimeMillis
    parts[part] = { state, since }
    yield* announce(part, state)
  })

  return Health.of({
    set: (part, state) =>
      Effect.suspend(() => (isSame(parts[part].state, state) ? Effect.void : change(part, state))),
    states: Effect.sync(() => ({
      facts: parts.facts.state,
      orders: parts.orders.state,
      payments: parts.payments.state,
      "dead-letters": parts["dead-letters"].state
    })),
    parts: Effect.sync(() => ({ ...parts })),
    ready: Effect.sync(() => healthParts.every((part) => isReady(parts[part].state)))
  })
})

const isSame = (one: HealthState, other: HealthState): boolean =>
  one._tag === other._tag && reasonOf(one) === reasonOf(other)

const announce = (part: HealthPart, state: HealthState): Effect.Effect<void> => {
  const text = sentenceOf(part, state)
  const log = state._tag === "Away" ? Effect.logWarning(text) : Effect.logInfo(text)
  return log.pipe(Effect.annotateLogs({ part, state: state._tag.toLowerCase() }))
}

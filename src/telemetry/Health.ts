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
  | {
      readonly _tag: "Away"
      readonly reason: string
      /** What the reason is the message of, if anything: {@link Health.layerWith} finds the remedy by it. */
      readonly error?: unknown
    }
  /** It works, but intake is paused until what is held becomes less. */
  | { readonly _tag: "Paused"; readonly reason: string }
  | { readonly _tag: "Stopping" }

/** How one part is, and since when. */
export interface PartHealth {
  readonly state: HealthState
  /** When the state was set, whether or not its reason has changed since. **Units**: ms since the epoch. */
  readonly since: number
  /** What somebody can do about it; absent where nothing is known. */
  readonly remedy?: string
}

/** What somebody can do about an error; undefined where nothing is known. */
export type RemedyOf = (error: unknown) => string | undefined

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
  /** Every part is `Starting` until it is set otherwise. What people read tells the remedy of an error too. */
  static readonly layerWith = (remedyOf: RemedyOf): Layer.Layer<Health> =>
    Layer.effect(
      Health,
      Effect.suspend(() => make(remedyOf))
    )

  /** The same without remedies. */
  static readonly layer: Layer.Layer<Health> = Health.layerWith(() => undefined)
}

/** Whether a part in this state keeps the process from being ready. */
export const isReady = (state: HealthState): boolean => state._tag === "Healthy" || state._tag === "Paused"

/** Why a part is as it is, where there is more to say than the state itself. */
export const reasonOf = (state: HealthState): string | undefined =>
  "reason" in state ? state.reason : undefined

/** A part and its state for people: `facts: away: no host answers; check that Cassandra runs`. */
export const sentenceOf = (part: HealthPart, { state, remedy }: PartHealth): string => {
  const reason = reasonOf(state)
  const why = reason === undefined ? "" : `: ${reason}`
  return `${part}: ${state._tag.toLowerCase()}${why}${remedy === undefined ? "" : `; ${remedy}`}`
}

const make = Effect.fnUntraced(function* (remedyOf: RemedyOf) {
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
    const remedy = state._tag === "Away" ? remedyOf(state.error) : undefined
    const health: PartHealth = remedy === undefined ? { state, since } : { state, since, remedy }
    parts[part] = health
    yield* announce(part, health)
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

const announce = (part: HealthPart, health: PartHealth): Effect.Effect<void> => {
  const { state } = health
  const text = sentenceOf(part, health)
  const log = state._tag === "Away" ? Effect.logWarning(text) : Effect.logInfo(text)
  return log.pipe(Effect.annotateLogs({ part, state: state._tag.toLowerCase() }))
}

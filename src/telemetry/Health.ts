/** The state of each part a process depends on, with the reason when it is not healthy. */
import { Clock, Context, Effect, Layer, PubSub, Stream } from "effect"
import { healthChangesKept } from "./Limits.ts"
import { Watchdogs } from "./Watchdogs.ts"

/** The parts a process depends on, in the order in which reports list them. */
export const healthParts = ["orders", "payments", "facts", "dead-letters"] as const

/** One of {@link healthParts}. */
export type HealthPart = (typeof healthParts)[number]

/** The state of one part. */
export type HealthState =
  /** Nothing is known of it yet. */
  | { readonly _tag: "Starting" }
  | { readonly _tag: "Healthy" }
  /** It works, and some deliveries are being retried. */
  | { readonly _tag: "Degraded"; readonly reason: string; readonly error?: unknown }
  /** It works, and intake is paused until what is held becomes less. */
  | { readonly _tag: "Paused"; readonly reason: string }
  /** It does not work. It is retried indefinitely, and nothing is lost. */
  | {
      readonly _tag: "Unavailable"
      readonly reason: string
      /** What the reason is the message of, if anything: {@link Health.layerWith} finds the remedy by it. */
      readonly error?: unknown
    }
  | { readonly _tag: "Stopping" }

/** The words for the states on `/health` and in metrics; a closed list. */
export const healthWords = ["starting", "healthy", "degraded", "paused", "unavailable", "stopping"] as const

/** One of {@link healthWords}. */
export type HealthWord = (typeof healthWords)[number]

/** The state of one part, and since when. */
export interface PartHealth {
  readonly state: HealthState
  /** When the state was set; a new reason does not count. **Units**: ms since the epoch. */
  readonly since: number
  /** What somebody can do about it; absent where nothing is known. */
  readonly remedy?: string
}

/** What somebody can do about an error; undefined where nothing is known. */
export type RemedyOf = (error: unknown) => string | undefined

/** The states of all parts. */
export type PartsHealth = Readonly<Record<HealthPart, PartHealth>>

/** A part whose state has changed. */
export interface HealthChange extends PartHealth {
  readonly part: HealthPart
  readonly before: HealthState
}

/**
 * The state of each part a process depends on, with the reason when it is not healthy.
 *
 * Ready: every part is healthy, degraded or paused. A backlog never makes a process unready. A change of state is
 * logged once; a new reason within a state is shown, and not logged. Of a start without trouble only its end is logged:
 * that the process is ready.
 */
export class Health extends Context.Service<
  Health,
  {
    readonly set: (part: HealthPart, state: HealthState) => Effect.Effect<void>
    readonly states: Effect.Effect<Readonly<Record<HealthPart, HealthState>>>
    /** The states, each with the time since which it holds. */
    readonly parts: Effect.Effect<PartsHealth>
    /** The same, for gauges, which are read outside of effects. */
    readonly current: () => PartsHealth
    readonly ready: Effect.Effect<boolean>
    /**
     * Each change of state from now on.
     *
     * **Guarantee**: a slow reader misses the oldest changes, and holds nothing up (G6).
     */
    readonly changes: Stream.Stream<HealthChange>
    /** The loops that have to show signs of life; {@link layerWatchdogs} looks at them. */
    readonly watchdogs: Watchdogs
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

/** Whether a process with a part in this state can be ready. */
export const isReady = ({ _tag }: HealthState): boolean =>
  _tag === "Healthy" || _tag === "Degraded" || _tag === "Paused"

/** Why a part is in its state, where there is more to say than the state itself. */
export const reasonOf = (state: HealthState): string | undefined =>
  "reason" in state ? state.reason : undefined

/** The word for a state. */
export const wordOf = ({ _tag }: HealthState): HealthWord => _tag.toLowerCase() as Lowercase<typeof _tag>

/**
 * A part and its state for people: `facts: unavailable: no host answers; check that Cassandra runs`.
 *
 * **Guarantee**: one line without control characters, whatever the server said that a reason quotes.
 */
export const sentenceOf = (
  part: HealthPart,
  { state, remedy }: Pick<PartHealth, "state" | "remedy">
): string => {
  const reason = reasonOf(state)
  const why = reason === undefined ? "" : `: ${reason}`
  return `${part}: ${wordOf(state)}${why}${remedy === undefined ? "" : `; ${remedy}`}`.replace(
    /\p{Cc}+/gu,
    " "
  )
}

const make = Effect.fnUntraced(function* (remedyOf: RemedyOf) {
  const start: PartHealth = { state: { _tag: "Starting" }, since: yield* Clock.currentTimeMillis }
  const parts: Record<HealthPart, PartHealth> = {
    orders: start,
    payments: start,
    facts: start,
    "dead-letters": start
  }
  const changes = yield* PubSub.sliding<HealthChange>(healthChangesKept)
  let wasReady = false

  const change = Effect.fnUntraced(function* (part: HealthPart, state: HealthState) {
    const before = parts[part].state
    const health = healthOf(state, yield* Clock.currentTimeMillis)
    parts[part] = health
    yield* PubSub.publish(changes, { part, ...health, before })
    yield* announce(part, before, health)
    if (wasReady || !healthParts.every((name) => isReady(parts[name].state))) return
    wasReady = true
    yield* Effect.logInfo("ready")
  })

  const healthOf = (state: HealthState, since: number): PartHealth => {
    const remedy = "error" in state ? remedyOf(state.error) : undefined
    return remedy === undefined ? { state, since } : { state, since, remedy }
  }

  return Health.of({
    set: (part, state) =>
      Effect.suspend(() => {
        const { since, state: before } = parts[part]
        if (before._tag !== state._tag) return change(part, state)
        if (reasonOf(before) !== reasonOf(state)) parts[part] = healthOf(state, since)
        return Effect.void
      }),
    states: Effect.sync(() => ({
      orders: parts.orders.state,
      payments: parts.payments.state,
      facts: parts.facts.state,
      "dead-letters": parts["dead-letters"].state
    })),
    parts: Effect.sync(() => ({ ...parts })),
    current: () => parts,
    ready: Effect.sync(() => healthParts.every((part) => isReady(parts[part].state))),
    changes: Stream.fromPubSub(changes),
    watchdogs: new Watchdogs()
  })
})

/** What somebody should look at is a warning; a paused intake is how a backlog is worked off. */
const announce = (part: HealthPart, before: HealthState, health: PartHealth): Effect.Effect<void> => {
  const { state } = health
  const isTrouble = state._tag === "Unavailable" || state._tag === "Degraded"
  const isExpected = before._tag === "Starting" && state._tag === "Healthy"
  return Effect.logWithLevel(isTrouble ? "Warn" : isExpected ? "Debug" : "Info")(
    sentenceOf(part, health)
  ).pipe(Effect.annotateLogs({ part, state: wordOf(state) }))
}

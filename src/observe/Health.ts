/** Knows whether each part works, and why not. */
import { Context, type Effect } from "effect"

/** The parts a process depends on. */
export const healthParts = ["cassandra", "orders", "payments", "dead-letters"] as const

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
    readonly ready: Effect.Effect<boolean>
  }
>()("counterfoil/observe/Health") {}

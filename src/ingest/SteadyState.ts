/** Prevents flapping of a state of health: it worsens at once, and recovers later each time it has relapsed. */
import type { HealthState } from "../telemetry/Health.ts"
import { recoveryMillis, relapseWithinMillis } from "./Limits.ts"

/** The state that is shown for a part, and what decides when it may recover. */
export interface SteadyState {
  readonly state: HealthState
  /** Since when the evidence has been for a better state. **Units**: ms of a monotonic clock. */
  readonly betterSince: number | undefined
  /** When it last recovered. **Units**: as `betterSince`. */
  readonly recoveredAt: number
  /** When it worsened soon after a recovery; only as many as matter. **Units**: as `betterSince`. */
  readonly relapses: ReadonlyArray<number>
}

/** Nothing is shown yet. */
export const notYetKnown: SteadyState = {
  state: { _tag: "Starting" },
  betterSince: undefined,
  recoveredAt: Number.NEGATIVE_INFINITY,
  relapses: []
}

/**
 * What is shown next, where the evidence is for `wanted`.
 *
 * **Guarantee**: whatever the evidence does, a part recovers a few times within `relapseWithinMillis`, and then once
 * in the longest of `recoveryMillis`.
 */
export const steadied = (shown: SteadyState, wanted: HealthState, now: number): SteadyState => {
  const { relapses, state } = shown
  if (wanted._tag === state._tag) return { ...shown, state: wanted, betterSince: undefined }
  if (state._tag === "Starting" && wanted._tag === "Healthy") return { ...notYetKnown, state: wanted }
  if (severityOf(wanted) >= severityOf(state)) {
    const isRelapse = now - shown.recoveredAt < relapseWithinMillis
    const all = isRelapse ? [...relapses, now].slice(-recoveryMillis.length) : relapses
    return { ...shown, state: wanted, betterSince: undefined, relapses: all }
  }
  const betterSince = shown.betterSince ?? now
  return now - betterSince >= recoveryAfter(relapses, now)
    ? { state: wanted, betterSince: undefined, recoveredAt: now, relapses }
    : { ...shown, betterSince }
}

const recoveryAfter = (relapses: ReadonlyArray<number>, now: number): number => {
  const times = relapses.filter((at) => now - at < relapseWithinMillis).length
  return recoveryMillis[times] ?? Math.max(...recoveryMillis)
}

/** How bad a state is; nothing recovers from a stop. */
const severityOf = ({ _tag }: HealthState): number => {
  switch (_tag) {
    case "Starting":
    case "Healthy":
      return 0
    case "Degraded":
    case "Paused":
      return 1
    case "Unavailable":
      return 2
    case "Stopping":
      return 3
  }
}

/** How much of its limits a process uses: whether another process would help, and which limit says so. */
import { saturationSamples } from "./Limits.ts"
import type { Series } from "./Series.ts"

/** The limits that can hold up the work of a process; a label, and so a closed list. */
export const limitNames = ["slots", "writes", "credit", "waiting-room", "retry-places"] as const

/** One of {@link limitNames}. */
export type LimitName = (typeof limitNames)[number]

/** How much of each limit is used. **Units**: shares, 0 to 1. */
export type LimitShares = Readonly<Record<LimitName, number>>

/** The limit of which most is used. */
export interface BindingLimit {
  readonly limit: LimitName
  /** **Units**: a share, 0 to 1. */
  readonly share: number
}

/** Remembers how much of each limit was used lately. */
export class Saturation {
  readonly #samples: Array<LimitShares> = []

  /** Takes what is used at this moment. Anything that is no share counts as nothing used. */
  take(used: LimitShares): void {
    this.#samples.push(used)
    if (this.#samples.length > saturationSamples) this.#samples.shift()
  }

  /** The mean use of a limit over the last samples; 0 before the first. */
  share(limit: LimitName): number {
    const sum = this.#samples.reduce((total, used) => total + shareOf(used[limit]), 0)
    return this.#samples.length === 0 ? 0 : sum / this.#samples.length
  }

  /** The limit of which most is used; the first of the list where none is. */
  get binding(): BindingLimit {
    const shares = limitNames.map((limit) => ({ limit, share: this.share(limit) }))
    return shares.reduce((most, one) => (one.share > most.share ? one : most))
  }
}

/** Makes the saturation readable as metric series. `shareOf` and `binding` are asked each time. */
export const registerSaturation = (saturation: Saturation, { gauge }: Series): void => {
  gauge(
    "counterfoil_saturation_ratio",
    "The greatest of counterfoil_limit_used_ratio, for autoscaling: at 1 the process takes no more at a time. It is 1 in an outage of Cassandra too, where more processes do not help.",
    {},
    () => saturation.binding.share
  )
  for (const limit of limitNames) {
    const description =
      "How much of a limit was used, as a mean of the last 15 s: slots for batches, statements in flight, outstanding messages or bytes, places or bytes of the waiting room, MAX_RETRYING."
    gauge("counterfoil_limit_used_ratio", description, { limit }, () => saturation.share(limit))
  }
}

const shareOf = (used: number): number => (used > 0 ? Math.min(1, used) : 0)

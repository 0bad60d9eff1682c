/** Notices loops of this process that stand still though the process runs: what only a restart cures. */
import { watchdogTicks } from "./Limits.ts"

/**
 * A sign of life of a loop: a number that changes while it works; undefined while it has no reason to.
 *
 * **Guarantee**: cheap, and never fails.
 */
export type SignOfLife = () => number | undefined

/**
 * Watches signs of life.
 *
 * It counts its own ticks, and no time: a process that was frozen as a whole wakes up with all its loops, and none of
 * them has stood still then.
 */
export class Watchdogs {
  readonly #watched = new Map<string, Watched>()

  /** From now on this has to show signs of life. `trouble`: what it means where it does not, as the end of a sentence. */
  watch(name: string, sign: SignOfLife, trouble: string): void {
    this.#watched.set(name, { sign, trouble, last: undefined, silentTicks: 0 })
  }

  /** Nothing is expected of it any more. */
  forget(name: string): void {
    this.#watched.delete(name)
  }

  /** Looks at all signs; to be called once a second. */
  tick(): void {
    for (const watched of this.#watched.values()) {
      const now = watched.sign()
      watched.silentTicks = now === undefined || now !== watched.last ? 0 : watched.silentTicks + 1
      watched.last = now
    }
  }

  /** What stands still. **Shape**: `orders: …`, one line each; none while all is well. */
  get troubles(): ReadonlyArray<string> {
    return [...this.#watched].flatMap(([name, { silentTicks, trouble }]) =>
      silentTicks >= watchdogTicks ? [`${name}: ${trouble} for ${silentTicks} s`] : []
    )
  }
}

interface Watched {
  readonly sign: SignOfLife
  readonly trouble: string
  last: number | undefined
  silentTicks: number
}

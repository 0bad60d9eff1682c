/** Where the time of a run went: what is measured, and what only makes it possible. */

/** Adds up how long each kind of work took. */
export class TimeSpent {
  readonly #millis = new Map<string, number>()

  /** Does it, and adds its time to what was spent on `kind` so far. */
  readonly on = async <A>(kind: string, work: () => Promise<A>): Promise<A> => {
    const stop = this.start(kind)
    try {
      return await work()
    } finally {
      stop()
    }
  }

  /** The same for work that begins now and ends with the call of what is given back. */
  start(kind: string): () => void {
    const startedAt = performance.now()
    return () => {
      this.#millis.set(kind, (this.#millis.get(kind) ?? 0) + performance.now() - startedAt)
    }
  }

  /** **Units**: seconds, by kind; the most first. */
  seconds(): Readonly<Record<string, number>> {
    const byTime = [...this.#millis].toSorted(([, a], [, b]) => b - a)
    return Object.fromEntries(byTime.map(([kind, millis]) => [kind, Math.round(millis / 100) / 10]))
  }
}

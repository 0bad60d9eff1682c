/** Random numbers that depend on a seed alone: the same seed gives the same draws on every machine. */

/** Draws numbers. **Source**: mulberry32. */
export class SeededRandom {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** At least 0, below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** An integer, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  chance(share: number): boolean {
    return this.next() < share
  }

  /** **Errors**: throws where there is no choice. */
  oneOf<const A>(choices: ReadonlyArray<A>): A {
    const chosen = choices[this.between(0, choices.length - 1)]
    if (chosen === undefined) throw new Error("there is nothing to choose from")
    return chosen
  }
}

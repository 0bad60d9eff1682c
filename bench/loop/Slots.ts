/** Works on so many messages at once and no more; the rest wait their turn. */

const keptAtMost = 1024

/** Starts `work` for each item, at most `limit` at once; `work` must not fail. */
export class Slots<Item> {
  readonly #limit: number
  readonly #work: (item: Item) => Promise<void>
  #waiting: Array<Item> = []
  #next = 0
  #busy = 0
  #whenIdle: (() => void) | undefined

  constructor(limit: number, work: (item: Item) => Promise<void>) {
    this.#limit = limit
    this.#work = work
  }

  /** Takes an item; it is started at once where a slot is free. */
  readonly add = (item: Item): void => {
    this.#waiting.push(item)
    this.#fill()
  }

  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenIdle = resolve
      this.#fill()
    })
  }

  #fill(): void {
    while (this.#busy < this.#limit) {
      const item = this.#waiting[this.#next]
      if (item === undefined) break
      this.#next += 1
      this.#busy += 1
      void this.#work(item).then(this.#finish)
    }
    // What was started must not stay in memory until the backlog ends.
    if (this.#next >= keptAtMost) {
      this.#waiting = this.#waiting.slice(this.#next)
      this.#next = 0
    }
    if (this.#busy === 0) this.#whenIdle?.()
  }

  readonly #finish = (): void => {
    this.#busy -= 1
    this.#fill()
  }
}

/** Things that become due, soonest first. */

/**
 * Keeps things until their time has come; those due at the same time leave in the order in which they came.
 *
 * **Guarantee**: adding and taking cost O(log n); asking for the soonest costs O(1).
 */
export class DueHeap<A> {
  readonly #entries: Array<Entry<A>> = []
  #added = 0

  get size(): number {
    return this.#entries.length
  }

  /** When the soonest is due; infinite when empty. **Units**: as given to `add`. */
  get nextDue(): number {
    return this.#entries[0]?.due ?? Number.POSITIVE_INFINITY
  }

  add(due: number, thing: A): void {
    const entry = { due, order: this.#added++, thing }
    let at = this.#entries.push(entry) - 1
    while (at > 0) {
      const above = (at - 1) >>> 1
      const parent = this.#entries[above]
      if (parent === undefined || !isSooner(entry, parent)) break
      this.#entries[at] = parent
      at = above
    }
    this.#entries[at] = entry
  }

  /** Takes out the soonest if its time has come. */
  takeDue(now: number): A | undefined {
    const soonest = this.#entries[0]
    if (soonest === undefined || soonest.due > now) return undefined
    const last = this.#entries.pop()
    if (last !== undefined && this.#entries.length > 0) this.#sinkFromTop(last)
    return soonest.thing
  }

  #sinkFromTop(entry: Entry<A>): void {
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      let child = this.#entries[below]
      const other = this.#entries[below + 1]
      if (child !== undefined && other !== undefined && isSooner(other, child)) {
        below += 1
        child = other
      }
      if (child === undefined || !isSooner(child, entry)) break
      this.#entries[at] = child
      at = below
    }
    this.#entries[at] = entry
  }
}

interface Entry<A> {
  readonly due: number
  readonly order: number
  readonly thing: A
}

const isSooner = <A>(left: Entry<A>, right: Entry<A>): boolean =>
  left.due < right.due || (left.due === right.due && left.order < right.order)

/** Lets one delivery of an ordering key through at a time. */

/**
 * Lets one delivery of an ordering key through at a time; the later ones wait in line behind it.
 *
 * **Guarantee**: a key that nobody uses takes no memory.
 */
export class OrderingKeys<Item extends { readonly delivery: { readonly orderingKey: string } }> {
  /** Never an empty line. */
  readonly #lines = new Map<string, Array<Item>>()

  /** The item takes its place in line, in the order of receipt. */
  enter(item: Item): void {
    const { orderingKey } = item.delivery
    if (orderingKey === "") return
    const line = this.#lines.get(orderingKey)
    if (line === undefined) this.#lines.set(orderingKey, [item])
    else line.push(item)
  }

  /** Whether the item may go on now. Items without a key always may. */
  isFirst(item: Item): boolean {
    const { orderingKey } = item.delivery
    return orderingKey === "" || this.#lines.get(orderingKey)?.[0] === item
  }

  /** The first item of its key is done with: the item that is first now, if any. */
  next(item: Item): Item | undefined {
    const line = this.#lines.get(item.delivery.orderingKey)
    if (line?.[0] !== item) return undefined
    line.shift()
    const [next] = line
    if (next === undefined) this.#lines.delete(item.delivery.orderingKey)
    return next
  }

  /** The item will come again: it leaves, and so does what is behind it, which must not overtake it. */
  flush(item: Item): ReadonlyArray<Item> {
    const line = this.#lines.get(item.delivery.orderingKey)
    const index = line === undefined ? -1 : line.indexOf(item)
    if (line === undefined || index < 0) return []
    if (index === 0) this.#lines.delete(item.delivery.orderingKey)
    return line.splice(index).slice(1)
  }
}

/** Lets one delivery of an ordering key through at a time. */

/**
 * Lets one delivery of an ordering key through at a time; the later ones wait here in their order.
 *
 * **Guarantee**: a key that nobody uses takes no memory.
 */
export class OrderingKeys<Item extends { readonly delivery: { readonly orderingKey: string } }> {
  readonly #keys = new Map<string, { current: Item; readonly waiting: Array<Item> }>()

  /** Whether the item may go on now; otherwise it waits for `next`. Items without a key always may. */
  admit(item: Item): boolean {
    const { orderingKey } = item.delivery
    if (orderingKey === "") return true
    const key = this.#keys.get(orderingKey)
    if (key === undefined) {
      this.#keys.set(orderingKey, { current: item, waiting: [] })
      return true
    }
    key.waiting.push(item)
    return false
  }

  /** The current item of its key is done with: the item that may go on now, if any. */
  next(item: Item): Item | undefined {
    const key = this.#keys.get(item.delivery.orderingKey)
    if (key?.current !== item) return undefined
    const next = key.waiting.shift()
    if (next === undefined) this.#keys.delete(item.delivery.orderingKey)
    else key.current = next
    return next
  }

  /** The current item of its key will come again: what waits behind it must not overtake it, and leaves. */
  flush(item: Item): ReadonlyArray<Item> {
    const key = this.#keys.get(item.delivery.orderingKey)
    if (key?.current !== item) return []
    this.#keys.delete(item.delivery.orderingKey)
    return key.waiting
  }

  /** Everything that waits, whatever its key. */
  *waiting(): Iterable<Item> {
    for (const key of this.#keys.values()) yield* key.waiting
  }
}

/** The ack ids that one consumer of the embedded Pub/Sub holds without their deliveries. */

/** The ack ids that one consumer holds without their deliveries, each with the end of its lease. */
export class HeldIdTable {
  readonly max: number
  /** **Units**: milliseconds. */
  readonly #leasedUntil = new Map<string, number>()
  /** Bounded as the held ones are; the oldest is forgotten first. */
  readonly #leasesLost = new Set<string>()

  constructor(max: number) {
    this.max = max
  }

  get count(): number {
    return this.#leasedUntil.size
  }

  /** Each id with the end of its lease. */
  [Symbol.iterator](): IterableIterator<[string, number]> {
    return this.#leasedUntil.entries()
  }

  has(ackId: string): boolean {
    return this.#leasedUntil.has(ackId)
  }

  hold(ackId: string, leasedUntil: number): void {
    this.#leasedUntil.set(ackId, leasedUntil)
  }

  drop(ackId: string): void {
    this.#leasedUntil.delete(ackId)
  }

  /** Drops an id whose lease was lost. */
  lose(ackId: string): void {
    this.drop(ackId)
    this.#leasesLost.add(ackId)
    const [oldest] = this.#leasesLost
    if (this.#leasesLost.size > this.max && oldest !== undefined) this.#leasesLost.delete(oldest)
  }

  /** Whether the id was held until its lease was lost. */
  wasLost(ackId: string): boolean {
    return this.#leasesLost.has(ackId)
  }

  clear(): void {
    this.#leasedUntil.clear()
  }
}

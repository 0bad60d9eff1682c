/** Evidence that Cassandra refuses a row for itself, and takes others meanwhile (G3). */
import {
  refusalMemoryMillis,
  refusalMillis,
  refusalsNeeded,
  refusalsOfRowMax,
  refusedRowsMax,
  refusingHostsNeeded
} from "./Limits.ts"
import { type Evidence, newEvidence, type Refusal, type Rejection } from "./Refusal.ts"

/**
 * Refused rows of one kind of request, by order id.
 *
 * A refusal counts when it follows another one, and the host that gave the other one took another row in between: so
 * a host that refuses every row adds nothing, even where others of its cluster still take all. One that does not count
 * takes the place of the one before it.
 *
 * Refusals of a row with the same text count together, whichever message they were for: where a partition is denied,
 * each of a thousand payments for it would otherwise need its own half minute.
 *
 * **Units**: a moment is a number in the order of events; two events never have the same one. Times are ms of a
 * monotonic clock.
 * **Guarantee**: bounded. When it is full, further rows are not remembered until others are forgotten: they stay an
 * outage.
 */
export class RefusedRows {
  readonly #rows = new Map<bigint, ReadonlyArray<Evidence>>()
  /** The moment at which the last request was sent that each host answered with success. */
  readonly #took = new Map<string, number>()
  #moment = 0

  /** Whether no row is remembered: then nothing need be told or asked. */
  get isEmpty(): boolean {
    return this.#rows.size === 0
  }

  /** The next moment. */
  moment(): number {
    return ++this.#moment
  }

  has(orderId: bigint): boolean {
    return this.#rows.has(orderId)
  }

  /** A host answered a request of this kind with success. */
  took(coordinator: string, sentAs: number): void {
    if (sentAs > (this.#took.get(coordinator) ?? 0)) this.#took.set(coordinator, sentAs)
  }

  /** Hosts that refused one of these rows, and have taken none since. */
  silentSince(orderIds: ReadonlyArray<bigint>): ReadonlySet<string> {
    const hosts = new Set<string>()
    for (const orderId of orderIds) {
      for (const evidence of this.#rows.get(orderId) ?? []) {
        if (!this.#isContrasted(evidence)) hosts.add(evidence.coordinator)
      }
    }
    return hosts
  }

  /** Whether one of the hosts that refused one of these rows last has taken another row since. */
  isContrasted(orderIds: ReadonlyArray<bigint>): boolean {
    return orderIds.some((orderId) => this.#rows.get(orderId)?.some((each) => this.#isContrasted(each)))
  }

  /** A row is about to be sent alone; answers which host should get it, so that they take turns. */
  send(orderId: bigint, sentAs: number, hosts: ReadonlyArray<string>): string | undefined {
    let host: string | undefined
    for (const evidence of this.#rows.get(orderId) ?? []) {
      host = hosts[(hosts.indexOf(evidence.firstHost) + ++evidence.turn) % hosts.length]
      if (this.#isContrasted(evidence)) evidence.contrastedAs ??= sentAs
    }
    return host
  }

  /** The row was refused; answers why it is to be rejected, if it is. */
  refused(refusal: Refusal, now: number, hosts: number): Rejection | undefined {
    const { coordinator, detail, orderId, sentAs, version } = refusal
    this.forget(now)
    // Sizes and times in the text may differ from one try to the next.
    const text = detail.replaceAll(/\d+/g, "#")
    const others = this.#rows.get(orderId) ?? []
    if (others.length === 0 && this.#rows.size >= refusedRowsMax) return undefined
    const evidence = others.find((each) => each.text === text) ?? newEvidence(text, coordinator, now)
    const counts = evidence.contrastedAs !== undefined && evidence.contrastedAs <= sentAs
    if (counts) {
      evidence.refusals++
      evidence.hosts.add(evidence.coordinator)
    } else if (evidence.refusals === 1) evidence.firstAt = now
    evidence.lastAt = now
    evidence.refusedAs = this.moment()
    evidence.contrastedAs = undefined
    evidence.coordinator = coordinator
    evidence.version = version
    // The row moves to the end: those that were not refused for longest are forgotten first.
    this.#rows.delete(orderId)
    this.#rows.set(
      orderId,
      [...others.filter((each) => each !== evidence), evidence].slice(-refusalsOfRowMax)
    )
    const millis = now - evidence.firstAt
    const refusing = evidence.hosts.has(coordinator) ? evidence.hosts.size : evidence.hosts.size + 1
    const isRejected =
      counts &&
      evidence.refusals >= refusalsNeeded &&
      millis >= refusalMillis &&
      refusing >= Math.min(refusingHostsNeeded, hosts)
    return isRejected ? { refusals: evidence.refusals, millis, hosts: refusing } : undefined
  }

  /** The row was taken after all, at this version; another version of it may still be refused. */
  stored(orderId: bigint, version: bigint): void {
    const rest = this.#rows.get(orderId)?.filter((evidence) => evidence.version !== version)
    if (rest === undefined) return
    if (rest.length === 0) this.#rows.delete(orderId)
    else this.#rows.set(orderId, rest)
    if (this.isEmpty) this.#took.clear()
  }

  /** Forgets rows that have not been refused for long. */
  forget(now: number): void {
    for (const [orderId, all] of this.#rows) {
      if (all.some(({ lastAt }) => now - lastAt < refusalMemoryMillis)) break
      this.#rows.delete(orderId)
    }
    if (this.isEmpty) this.#took.clear()
  }

  /** Whether the host of the last refusal has taken another row that was sent after it. */
  #isContrasted({ coordinator, refusedAs }: Evidence): boolean {
    return (this.#took.get(coordinator) ?? 0) > refusedAs
  }
}

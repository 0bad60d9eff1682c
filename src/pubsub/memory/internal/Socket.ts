/** What lies between the server and a consumer whose process does not read. */
import type { Clock } from "effect"
import type { Delivery } from "../../Message.ts"
import type { Backlog, Room } from "./Backlog.ts"
import type { Server } from "./Server.ts"

/**
 * The server sends on to a process that does not read: it lies in the socket of one that stands still, and is lost on
 * the way to one that is cut off. Leases begin meanwhile, and nobody keeps them.
 */
export class Socket {
  readonly #server: Server
  readonly #clock: Clock.Clock
  readonly #process: string
  readonly #subscription: string
  #isFrozen = false
  #deafSince: bigint | undefined
  #unread: Array<Delivery> = []

  constructor(server: Server, clock: Clock.Clock, process: string, subscription: string) {
    this.#server = server
    this.#clock = clock
    this.#process = process
    this.#subscription = subscription
  }

  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** Whether the server sends, and the process does not read. */
  get isDeaf(): boolean {
    return this.#isFrozen || this.#isLost
  }

  setFrozen(isFrozen: boolean): void {
    if (isFrozen) this.#deafSince ??= this.#clock.monotonicTimeNanosUnsafe()
    this.#isFrozen = isFrozen
  }

  /** Until when the process has heard the server: it does not know of a freeze before it has read its socket. */
  get heardAt(): bigint {
    return this.#deafSince ?? this.#clock.monotonicTimeNanosUnsafe()
  }

  /** Sends a batch at most, of what the limits still allow with what lies unread. */
  fill(backlog: Backlog | undefined, room: Room | undefined, leaseMillis: number): void {
    if (backlog?.hasReady !== true || room === undefined) return
    const left = this.#leftOf(room)
    if (left.messages <= 0 || (left.bytes <= 0 && !left.anySize)) return
    if (!this.#server.drawUnread(this.#subscription)) return
    const sent = backlog.take(this.#clock.currentTimeMillisUnsafe(), left, leaseMillis)
    if (!this.#isLost) this.#unread.push(...sent)
  }

  /** What lies unread, once. */
  read(): ReadonlyArray<Delivery> {
    this.#deafSince = undefined
    return this.#unread.length === 0 ? none : this.#unread.splice(0)
  }

  #leftOf(room: Room): Room {
    return {
      messages: room.messages - this.#unread.length,
      bytes: this.#unread.reduce((left, { bytes }) => left - bytes, room.bytes),
      anySize: room.anySize && this.#unread.length === 0
    }
  }

  get #isLost(): boolean {
    return this.#server.sendsIntoTheVoid(this.#process, this.#clock.currentTimeMillisUnsafe())
  }
}

const none: ReadonlyArray<Delivery> = []

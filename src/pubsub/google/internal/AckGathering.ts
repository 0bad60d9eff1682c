import { ackGatherCallers, ackGatherMax, streamsOnService } from "../../Limits.ts"
import type { ResolvedOptions } from "../../SubscriptionOptions.ts"
import type { HeldDeliveries } from "./HeldDeliveries.ts"

/** Decides how long acknowledgements wait for others to share their request. */
export class AckGathering {
  /** Whether they wait for longer than the usual moment, now. */
  isGathering = false
  readonly #options: GatheringOptions
  readonly #heldDeliveries: GatheringDeliveries
  readonly #onOver: () => void
  #mayGather: boolean
  /** Callers of what is to be sent next. */
  #callers = 0

  /** `onOver` is called when those that wait for others are to wait no longer. */
  constructor(options: GatheringOptions, heldDeliveries: GatheringDeliveries, onOver: () => void) {
    this.#onOver = onOver
    this.#options = options
    this.#heldDeliveries = heldDeliveries
    this.#mayGather = options.ackGatherMillis > options.settleDelayMillis
  }

  /** Somebody settles something that is to be sent next. */
  called(): void {
    this.#callers += 1
  }

  /** Begins to wait; answers for how long. `acks`: how many acknowledgements wait; undefined where a release does too. */
  begin(acks: number | undefined): number {
    this.isGathering = this.#mayGather && acks !== undefined && this.isFew(acks)
    return this.isGathering ? this.#options.ackGatherMillis : this.#options.settleDelayMillis
  }

  /** What waited is sent. */
  end(): void {
    this.isGathering = false
    this.#callers = 0
  }

  /** Something else waits for those that wait now. */
  hurry(): void {
    if (this.isGathering) this.#onOver()
  }

  /** From now on none waits for longer than the usual moment. */
  stop(): void {
    this.#mayGather = false
    this.hurry()
  }

  /** Whether so many acknowledgements may wait for long: nobody misses what they would make room for. */
  isFew(acks: number): boolean {
    return (
      acks < ackGatherMax &&
      this.#callers < ackGatherCallers &&
      !this.#heldDeliveries.hasParked &&
      // The service counts for each of its streams, and sends no more on one that has its share.
      this.#heldDeliveries.room.share * 2 * (this.#options.streams ?? streamsOnService) <= 1 &&
      // Where order is kept, the next delivery of a key waits for the one before it.
      !this.#heldDeliveries.keepsOrder
    )
  }
}

type GatheringOptions = Pick<ResolvedOptions, "ackGatherMillis" | "settleDelayMillis" | "streams">

type GatheringDeliveries = Pick<HeldDeliveries, "hasParked" | "room" | "keepsOrder">

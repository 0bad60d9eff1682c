/** Port: takes deliveries from a subscription by streaming pull, keeps their leases, and settles them. */
import { Context, type Duration, type Effect, type Scope, type Stream } from "effect"
import type { HeldIds } from "./HeldIds.ts"
import type { Delivery } from "./Message.ts"
import type { PubSubError } from "./PubSubError.ts"
import type { Settled } from "./Settled.ts"
import type { SubscriptionOptions } from "./SubscriptionOptions.ts"

/**
 * A subscription that is being read.
 *
 * In Pub/Sub's own words: `release` is nack, to settle is to ack or to nack, and a lease is the ack deadline of one
 * delivery, extended with ModifyAckDeadline.
 *
 * **Guarantee**: each delivery is settled at most once by us, and none is dropped in silence: what is neither
 * acknowledged nor released when the scope closes is released then, at once.
 */
export interface Subscription {
  /** The full name. */
  readonly name: string

  /**
   * Hands over what the server sent: a server batch whole, and small ones that arrive together as one array; never empty.
   * One consumer.
   *
   * Not pulling pauses the network stream; leases of what is held are kept meanwhile, for `lease.total` at most.
   * Reconnects by itself on every retryable error; ends after `stop`.
   *
   * **Errors**: `PubSubError` with a reason that is not retryable: the subscription is missing, or access denied.
   */
  readonly deliveries: Stream.Stream<ReadonlyArray<Delivery>, PubSubError>

  /** Acknowledges, and waits for the server's answer. A delivery no longer held is reported as lost, not sent. */
  readonly ack: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<Settled>

  /**
   * Gives deliveries back for redelivery, at once or after `delay`, and waits for the server's answer.
   *
   * **Units**: `delay` at most 600 s.
   */
  readonly release: (deliveries: ReadonlyArray<Delivery>, delay?: Duration.Duration) => Effect.Effect<Settled>

  /** Takes deliveries out of the outstanding limits while they wait elsewhere, within limits of their own. */
  readonly setAside: (deliveries: ReadonlyArray<Delivery>) => Effect.Effect<void>

  /** Holds deliveries by their ack ids alone. */
  readonly heldIds: HeldIds

  /** False once a delivery is settled or held by id, or its lease was lost: then its work is pointless. */
  readonly isHeld: (delivery: Delivery) => boolean

  /** Stops intake: `deliveries` ends after what was handed over. What is held stays leased and can be settled. */
  readonly stop: Effect.Effect<void>

  /**
   * Stops intake and forgets what is held, without a word to the server: as when the process is killed, each message
   * comes again when its lease ends. What is being settled is settled. It counts as lost. To show what a kill does.
   */
  readonly abandon: Effect.Effect<void>

  /** Connection and counts. Cheap; read at will. */
  readonly status: Effect.Effect<SubscriptionStatus>

  /** How far the subscription has been read. Absent where the implementation cannot tell. Cheap; read at will. */
  readonly progress?: Effect.Effect<DeliveryProgress>

  /**
   * Asks the server for any word, where it has said nothing for 3 s; does not wait for it. The quiet of an idle
   * subscription goes on counting only while somebody does so.
   */
  readonly probe: Effect.Effect<void>

  /** Replaces `maxOutstandingMessages`. What is held already stays. */
  readonly limitOutstanding: (messages: number) => Effect.Effect<void>
}

/**
 * A moment's picture of an open subscription.
 *
 * **Guarantee**: at every moment `received = held + acked + released + lost`.
 */
export interface SubscriptionStatus {
  /** Whether every stream to the server is open, and something new can come by them. */
  readonly connected: boolean
  /** Why it is not, in a sentence without personal data; empty when connected. */
  readonly trouble: string
  /**
   * Set where nothing new can come: the subscription's topic was deleted, or it was detached from it. Then it is never
   * quiet either. What it still holds is delivered.
   */
  readonly error?: PubSubError
  /**
   * How much of the outstanding limits is taken, of messages or of bytes, whichever is more; what is set aside is not.
   *
   * **Units**: a share, 0 to 1.
   */
  readonly outstandingShare: number
  /**
   * While a stream to the server is missing: when it was last tried to open it. Absent where all are open, and where
   * there is nothing to open. **Units**: ms of the monotonic clock.
   */
  readonly triedAtMillis?: number
  /** Handed over in `deliveries` since the start. */
  readonly received: number
  /** Handed over and unsettled, those set aside, held by id or being settled included. */
  readonly held: number
  /** Acknowledged since the start, as confirmed by the server. */
  readonly acked: number
  /** Released since the start, as confirmed by the server. */
  readonly released: number
  /** Handed over and then lost, for any reason but `already-settled`. */
  readonly lost: number
  /** Deliveries, handed over or not, whose lease was lost: it could not be kept, or had ended when they were settled. */
  readonly leasesLost: number
}

/** How far a subscription has been read. */
export interface DeliveryProgress {
  /**
   * Oldest publish time among what was received from the server and not yet handed over in `deliveries`, and among
   * what was given back or lost without being handed over, for a minute; undefined when nothing is.
   *
   * **Units**: µs since the epoch.
   */
  readonly oldestUndeliveredMicros: number | undefined
  /**
   * For how long the streams have been open, with free credit all the while, and nothing delivered; up to
   * `provenAtMillis`.
   *
   * **Units**: milliseconds by a monotonic clock; 0 while closed, paused or delivering.
   */
  readonly quietMillis: number
  /**
   * Whether something may have been sent here that did not arrive, because a stream was cut off lately. It comes again,
   * here or elsewhere, when its lease ends; until then nobody knows of it.
   */
  readonly mayBeLost: boolean
  /**
   * Until when silence means that there was nothing: the server's last word, if it was the subscription's too. A
   * connection that has died since then would be as silent, and so would a subscription whose topic was deleted.
   *
   * **Units**: ms of the monotonic clock, `-Infinity` before the first.
   */
  readonly provenAtMillis: number
  /** When the last word of the server came; `-Infinity` before the first. **Units**: ms of the monotonic clock. */
  readonly heardAtMillis: number
}

/** Port: opens subscriptions. */
export class Subscriber extends Context.Service<
  Subscriber,
  {
    /**
     * Opens a subscription for the life of the scope; closing the scope stops intake, flushes acknowledgements and
     * releases the rest at once. Returns before the server has answered: what is wrong shows in `deliveries`.
     *
     * **Errors**: options that would break a guarantee are a defect, `InvalidOptions`.
     */
    readonly open: (options: SubscriptionOptions) => Effect.Effect<Subscription, never, Scope.Scope>
  }
>()("counterfoil/pubsub/Subscriber") {}

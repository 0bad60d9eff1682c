/** Port: takes deliveries from a subscription by true pull, keeps their leases, and settles them. */
import { Context, type Duration, type Effect, type Scope, type Stream } from "effect"
import type { Delivery } from "./Message.ts"
import type { PubSubError } from "./PubSubError.ts"

/** How much of a subscription one process holds at once. */
export interface SubscriptionOptions {
  /** Short or full name (`projects/P/subscriptions/S`). */
  readonly subscription: string
  /** Deliveries held and unsettled, those set aside apart. A hard limit. */
  readonly maxOutstandingMessages: number
  /** Their bytes. A hard limit, but one delivery always fits. **Units**: bytes. */
  readonly maxOutstandingBytes: number
}

/** What became of a request to settle. */
export interface Settled {
  /** Settled, as confirmed by the server. */
  readonly done: number
  /**
   * Not settled by us: the lease was lost first, or the request failed for good. The message comes again,
   * and finds its effect done (G2).
   */
  readonly lost: ReadonlyArray<Delivery>
}

/**
 * A subscription that is being read.
 *
 * **Guarantee**: each delivery is settled at most once by us, and none is dropped in silence: what is neither
 * acknowledged nor released when the scope closes is released then, at once.
 */
export interface Subscription {
  /** The full name. */
  readonly name: string

  /**
   * Hands over what the server sent, one array a server batch, never empty. One consumer.
   *
   * Not pulling pauses the network stream; leases of what is held are kept meanwhile, 60 min at most. Reconnects
   * by itself on every retryable error; ends after `stop`.
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

  /** False once a delivery is settled, or its lease was given up: then its work is pointless. */
  readonly isHeld: (delivery: Delivery) => boolean

  /** Stops intake: `deliveries` ends after what was handed over. What is held stays leased and can be settled. */
  readonly stop: Effect.Effect<void>

  /** What health and the orders watermark need to know. Cheap; read at will. */
  readonly status: Effect.Effect<SubscriptionStatus>
}

/** A moment's picture of an open subscription. */
export interface SubscriptionStatus {
  /** Whether every stream to the server is open. */
  readonly connected: boolean
  /** Why it is not, in a sentence without personal data; empty when connected. */
  readonly trouble: string
  /** Handed over and unsettled, those set aside included. */
  readonly held: number
  /** Deliveries given up because their lease could not be kept, since the start. */
  readonly leasesLost: number
  /**
   * Oldest publish time among what was received and not yet handed over in `deliveries`; undefined when nothing is.
   *
   * **Units**: µs since the epoch.
   */
  readonly oldestUndeliveredMicros: number | undefined
  /**
   * For how long the streams have been open, with free credit all the while, and nothing delivered; up to the last
   * word of the server, since a connection that has died since then would be as quiet.
   *
   * **Units**: milliseconds by a monotonic clock; 0 while closed, paused or delivering.
   */
  readonly quietMillis: number
}

/** Port: opens subscriptions. */
export class Subscriber extends Context.Service<
  Subscriber,
  {
    /**
     * Opens a subscription for the life of the scope; closing the scope stops intake, flushes acknowledgements and
     * releases the rest at once. Returns before the server has answered: what is wrong shows in `deliveries`.
     */
    readonly open: (options: SubscriptionOptions) => Effect.Effect<Subscription, never, Scope.Scope>
  }
>()("counterfoil/pubsub/Subscriber") {}

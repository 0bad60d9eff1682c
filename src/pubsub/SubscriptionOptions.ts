/** How a subscription is read: what has to be said, and what may be. */
import { Data, Duration, Effect } from "effect"
import {
  ackCallSeconds,
  closeTimeoutSeconds,
  heartbeatAnswerSeconds,
  heartbeatSeconds,
  heldIdsExtendSeconds,
  heldIdsLeaseSeconds,
  heldIdsMax,
  leaseCallSeconds,
  leaseExtendSeconds,
  leaseSeconds,
  leaseTickMillis,
  leaseTotalMinutes,
  settleDelayMillis,
  settleTimeoutSeconds,
  streamMinBytes
} from "./Limits.ts"
import { maxRequestBytes } from "./MessageLimits.ts"

/**
 * How a subscription is read. Three numbers have to be given; everything else has a default.
 *
 * **Errors**: what breaks one of the relations named here is a defect when the subscription is opened:
 * {@link InvalidOptions}.
 */
export interface SubscriptionOptions {
  /** Short or full name (`projects/P/subscriptions/S`). */
  readonly subscription: string
  /** Deliveries held and unsettled, those set aside or held by id apart. A hard limit. **Units**: at least 1. */
  readonly maxOutstandingMessages: number
  /** Their bytes. A hard limit, but one delivery always fits. **Units**: bytes, at least 1. */
  readonly maxOutstandingBytes: number
  readonly lease?: LeaseOptions
  readonly heldIds?: HeldIdsOptions
  readonly streams?: StreamOptions
  readonly settle?: SettleOptions
  /** How long closing takes at most: reading what is on the wire, and settling what is left. By default 5 s. */
  readonly closeTimeout?: Duration.Input
}

/** The lease (Pub/Sub's ack deadline) of each delivery that is held. */
export interface LeaseOptions {
  /** One lease; as long do the messages of a killed process stay away. Whole seconds, 10 to 600; by default 10. */
  readonly duration?: Duration.Input
  /**
   * How often it is extended; by default 3 s. At least twice in one `duration`, and so often that a request without
   * an answer leaves time for a second one: `extendEvery + 2 × (1 s + callTimeout) < duration`.
   */
  readonly extendEvery?: Duration.Input
  /** How long a request to extend leases may go unanswered before another is sent beside it; by default 2 s. */
  readonly callTimeout?: Duration.Input
  /** How long a delivery is held before it is given up and released; at least one `duration`, by default 60 min. */
  readonly total?: Duration.Input
}

/** Deliveries of which only the ack id is held. */
export interface HeldIdsOptions {
  /** How many at once; by default 100,000. */
  readonly max?: number
  /** Their lease: longer than that of deliveries, because there are many. Whole seconds, 10 to 600; by default 60. */
  readonly lease?: Duration.Input
  /** How often it is extended; by default 20 s. It relates to `lease` as `LeaseOptions.extendEvery` to `duration`. */
  readonly extendEvery?: Duration.Input
}

/** The network streams of one subscription. An implementation without a network has none. */
export interface StreamOptions {
  /** By default 4, on an emulator 20; never more than `maxOutstandingMessages`. */
  readonly count?: number
  /** The least bytes a stream is opened with; at least the largest message, 10,000,000 bytes. By default 10 MiB. */
  readonly minBytes?: number
  /** How often a message is written to each stream, which the service closes as idle otherwise. By default 30 s. */
  readonly heartbeatEvery?: Duration.Input
  /** How long the service may take to answer that before the stream is rebuilt. By default 15 s. */
  readonly heartbeatTimeout?: Duration.Input
}

/** How deliveries are settled: acknowledged or released. */
export interface SettleOptions {
  /** How long settled deliveries wait for others to share a request. By default 10 ms. */
  readonly delay?: Duration.Input
  /**
   * How long acknowledgements wait for others while they are few and nothing waits for room; by default no longer than
   * `delay`. Below `lease.extendEvery`. For callers that have several acknowledgements under way at once: one that
   * waits for each would be slowed down. With ordering, and once the subscription is stopped, none waits so long.
   */
  readonly gather?: Duration.Input
  /** For how long settling is tried again before it counts as unanswered. By default 60 s. */
  readonly retryFor?: Duration.Input
  /** How long one request may take. By default 5 s. */
  readonly callTimeout?: Duration.Input
}

/** Options that would break a guarantee: a mistake in the program. */
export class InvalidOptions extends Data.TaggedError("InvalidOptions")<{
  /** What they are options of: a subscription, or `publisher`, or `client`. */
  readonly of: string
  /** Which relation they break. */
  readonly detail: string
}> {
  override get message(): string {
    return `options of ${this.of}: ${this.detail}`
  }
}

/** The options in full, defaults filled in. **Units**: as the names say. */
export interface ResolvedOptions {
  readonly subscription: string
  readonly maxOutstandingMessages: number
  readonly maxOutstandingBytes: number
  readonly leaseSeconds: number
  readonly leaseExtendMillis: number
  readonly leaseCallMillis: number
  readonly leaseTotalMillis: number
  readonly heldIdsMax: number
  readonly heldIdsLeaseSeconds: number
  readonly heldIdsExtendMillis: number
  /** Undefined: as many as suit the server. */
  readonly streams: number | undefined
  readonly streamMinBytes: number
  readonly heartbeatMillis: number
  readonly heartbeatAnswerMillis: number
  readonly settleDelayMillis: number
  readonly ackGatherMillis: number
  readonly settleTimeoutMillis: number
  readonly settleCallMillis: number
  readonly closeTimeoutMillis: number
}

/** Fills in the defaults. **Errors**: {@link InvalidOptions}, as a defect, naming the relation that is broken. */
export const resolveOptions = (options: SubscriptionOptions): Effect.Effect<ResolvedOptions> =>
  Effect.suspend(() => {
    const { heldIds, lease, settle, streams } = options
    const resolved: ResolvedOptions = {
      subscription: options.subscription,
      maxOutstandingMessages: options.maxOutstandingMessages,
      maxOutstandingBytes: options.maxOutstandingBytes,
      leaseSeconds: millisOf(lease?.duration, leaseSeconds * 1000) / 1000,
      leaseExtendMillis: millisOf(lease?.extendEvery, leaseExtendSeconds * 1000),
      leaseCallMillis: millisOf(lease?.callTimeout, leaseCallSeconds * 1000),
      leaseTotalMillis: millisOf(lease?.total, leaseTotalMinutes * 60_000),
      heldIdsMax: heldIds?.max ?? heldIdsMax,
      heldIdsLeaseSeconds: millisOf(heldIds?.lease, heldIdsLeaseSeconds * 1000) / 1000,
      heldIdsExtendMillis: millisOf(heldIds?.extendEvery, heldIdsExtendSeconds * 1000),
      streams: streams?.count,
      streamMinBytes: streams?.minBytes ?? streamMinBytes,
      heartbeatMillis: millisOf(streams?.heartbeatEvery, heartbeatSeconds * 1000),
      heartbeatAnswerMillis: millisOf(streams?.heartbeatTimeout, heartbeatAnswerSeconds * 1000),
      settleDelayMillis: millisOf(settle?.delay, settleDelayMillis),
      ackGatherMillis: millisOf(settle?.gather, millisOf(settle?.delay, settleDelayMillis)),
      settleTimeoutMillis: millisOf(settle?.retryFor, settleTimeoutSeconds * 1000),
      settleCallMillis: millisOf(settle?.callTimeout, ackCallSeconds * 1000),
      closeTimeoutMillis: millisOf(options.closeTimeout, closeTimeoutSeconds * 1000)
    }
    const detail = violationOf(resolved)
    if (detail === undefined) return Effect.succeed(resolved)
    return Effect.die(new InvalidOptions({ of: options.subscription, detail }))
  })

/** An optional duration. **Units**: milliseconds. */
export const millisOf = (given: Duration.Input | undefined, byDefault: number): number =>
  given === undefined ? byDefault : Duration.toMillis(given)

/** Which relation is broken; undefined when none. */
const violationOf = (options: ResolvedOptions): string | undefined => {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value === "number" && !(Number.isFinite(value) && value >= 0)) return `${name} is ${value}`
  }
  const isCount = (value: number): boolean => Number.isInteger(value) && value > 0
  if (!isCount(options.maxOutstandingMessages)) return "maxOutstandingMessages is a whole number from 1"
  if (options.maxOutstandingBytes < 1) return "maxOutstandingBytes is at least 1"
  if (options.streams !== undefined && !isCount(options.streams))
    return "streams.count is a whole number from 1"
  if (options.streamMinBytes < maxRequestBytes) return `streams.minBytes is at least ${maxRequestBytes}`
  if (!Number.isInteger(options.heldIdsMax)) return "heldIds.max is a whole number"
  if (options.closeTimeoutMillis === 0 || options.settleCallMillis === 0) return "a timeout is above 0"
  if (options.heartbeatMillis === 0 || options.heartbeatAnswerMillis === 0)
    return "a heartbeat takes its time"
  if (options.leaseTotalMillis < options.leaseSeconds * 1000) return "lease.total is at least lease.duration"
  const { heldIdsExtendMillis, heldIdsLeaseSeconds, leaseCallMillis, leaseExtendMillis } = options
  const { ackGatherMillis, settleDelayMillis } = options
  return (
    leaseViolation("lease.duration", options.leaseSeconds, leaseExtendMillis, leaseCallMillis) ??
    leaseViolation("heldIds.lease", heldIdsLeaseSeconds, heldIdsExtendMillis, leaseCallMillis) ??
    (ackGatherMillis <= settleDelayMillis || ackGatherMillis < leaseExtendMillis
      ? undefined
      : "settle.gather is below lease.extendEvery")
  )
}

/** What Pub/Sub takes as a lease, and how often it has to be extended lest it end between two requests. */
const leaseViolation = (
  name: string,
  seconds: number,
  extendMillis: number,
  callMillis: number
): string | undefined => {
  if (!Number.isInteger(seconds) || seconds < 10 || seconds > 600) {
    return `${name} is ${seconds} s, and Pub/Sub takes 10 to 600 whole seconds`
  }
  if (extendMillis === 0 || 2 * extendMillis > seconds * 1000) {
    return `${name} of ${seconds} s is extended every ${extendMillis} ms, and has to be at least twice`
  }
  if (callMillis === 0 || extendMillis + 2 * (leaseTickMillis + callMillis) >= seconds * 1000) {
    return (
      `${name} of ${seconds} s, extended every ${extendMillis} ms, leaves no time for a second request ` +
      `after one that is not answered for lease.callTimeout, ${callMillis} ms`
    )
  }
  return undefined
}

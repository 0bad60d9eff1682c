import { Context, type Duration, Effect, type Result } from "effect"
import {
  publishCallSeconds,
  publishOutstandingBytes,
  publishOutstandingMessages,
  publishTimeoutSeconds
} from "./Limits.ts"
import type { Message } from "./Message.ts"
import { maxRequestBytes, maxRequestMessages } from "./MessageLimits.ts"
import type { PubSubError } from "./PubSubError.ts"
import { InvalidOptions, millisOf } from "./SubscriptionOptions.ts"

/** How a publisher publishes. Everything has a default. */
export interface PublisherOptions {
  /** For how long publishing is retried inside before its caller is told; a caller may wait for it. By default 5 s. */
  readonly retryFor?: Duration.Input
  /** How long one request may take. By default 10 s: 10 MB over a slow line. */
  readonly callTimeout?: Duration.Input
  /** Messages handed over and not yet answered; above it, publishing waits. At least one request's 1,000; by default 20,000. */
  readonly maxOutstandingMessages?: number
  /** Their bytes as encoded. At least one request's 10,000,000; by default 64 MiB. */
  readonly maxOutstandingBytes?: number
}

/** Port: publishes messages and waits until the server has them. */
export class Publisher extends Context.Service<
  Publisher,
  {
    /**
     * Publishes each message and answers, in the same order, the server's message id or why it was not accepted.
     *
     * Suspends while the limits on outstanding messages and bytes are reached. Transient failures are retried
     * inside for a short while (`retryFor`), which may publish a message twice.
     *
     * **Errors** (per message): `RequestRejected` over a documented limit of Pub/Sub, found before sending;
     * otherwise the reason the server gave. The caller decides whether to try again.
     * **Guarantee**: a success is the server's confirmation.
     */
    readonly publish: (
      topic: string,
      messages: ReadonlyArray<Message>
    ) => Effect.Effect<ReadonlyArray<Result.Result<string, PubSubError>>>
  }
>()("counterfoil/pubsub/Publisher") {}

/** A publisher's options in full. **Units**: milliseconds, and bytes as encoded. */
export interface ResolvedPublisherOptions {
  readonly retryMillis: number
  readonly callMillis: number
  readonly maxOutstandingMessages: number
  readonly maxOutstandingBytes: number
}

/** Fills in the defaults. **Errors**: `InvalidOptions`, as a defect, naming what is wrong. */
export const resolvePublisherOptions = (options: PublisherOptions): Effect.Effect<ResolvedPublisherOptions> =>
  Effect.suspend(() => {
    const resolved: ResolvedPublisherOptions = {
      retryMillis: millisOf(options.retryFor, publishTimeoutSeconds * 1000),
      callMillis: millisOf(options.callTimeout, publishCallSeconds * 1000),
      maxOutstandingMessages: options.maxOutstandingMessages ?? publishOutstandingMessages,
      maxOutstandingBytes: options.maxOutstandingBytes ?? publishOutstandingBytes
    }
    const invalid = (detail: string) => Effect.die(new InvalidOptions({ of: "publisher", detail }))
    if (!(resolved.retryMillis >= 0)) return invalid("retryFor is not below 0")
    if (!(resolved.callMillis > 0)) return invalid("callTimeout is above 0")
    // A request waits until there is room for the whole of it, which there would never be.
    if (!(resolved.maxOutstandingMessages >= maxRequestMessages)) {
      return invalid(`maxOutstandingMessages is at least ${maxRequestMessages}`)
    }
    if (!(resolved.maxOutstandingBytes >= maxRequestBytes)) {
      return invalid(`maxOutstandingBytes is at least ${maxRequestBytes}`)
    }
    return Effect.succeed(resolved)
  })

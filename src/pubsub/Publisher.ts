/** Port: publishes messages and waits until the server has them. */
import { Context, type Effect, type Result } from "effect"
import type { Message } from "./Message.ts"
import type { PubSubError } from "./PubSubError.ts"

/** Port: publishes messages and waits until the server has them. */
export class Publisher extends Context.Service<
  Publisher,
  {
    /**
     * Publishes each message and answers, in the same order, the server's message id or why it was not accepted.
     *
     * Suspends while the limits on outstanding messages and bytes are reached. Transient failures are retried
     * inside for a short while (seconds), which may publish a message twice.
     *
     * **Errors** (per message): `RequestRejected` over a documented limit of Pub/Sub, found before sending;
     * otherwise the reason the server gave. The caller decides whether to try again.
     * **Guarantee**: a success is the server's confirmation (G1).
     */
    readonly publish: (
      topic: string,
      messages: ReadonlyArray<Message>
    ) => Effect.Effect<ReadonlyArray<Result.Result<string, PubSubError>>>
  }
>()("counterfoil/pubsub/Publisher") {}

/** One call to Pub/Sub: one attempt, bounded in time, its failure as a `PubSubError`. */
import type { CallOptions } from "@google-cloud/pubsub"
import { Effect } from "effect"
import { PubSubError } from "../../PubSubError.ts"
import { type ClosableClient, type Connection, connectionLost } from "./Connection.ts"
import { classify } from "./ErrorClassification.ts"

/**
 * Calls Pub/Sub once; interruption cancels the call.
 *
 * **Units**: `millis` until the attempt is given up; sooner where its connection is replaced.
 * **Errors**: `PubSubError`; the Google client's own retries are off, the caller has its own.
 */
export const callOnce = <Client extends ClosableClient, A>(
  connection: Connection<Client>,
  operation: string,
  resource: string,
  millis: number,
  run: (client: Client, options: CallOptions) => Promise<A>
): Effect.Effect<A, PubSubError> => {
  const failure = (cause: unknown) =>
    new PubSubError({ operation, resource, reason: classify(cause, connection.proxy) })
  // One callback and no race of fibers: at low rates, that costs as much as the call.
  return Effect.callback((resume) => {
    const interruption = new AbortController()
    const forget = connection.onRenewed(() => {
      resume(Effect.fail(failure(connectionLost)))
      interruption.abort()
    })
    const { signal } = interruption
    connection
      .ask((client) => run(client, { signal, timeout: millis, retry: { retryCodes: [] } }))
      .then(Effect.succeed, (cause) => Effect.fail(failure(cause)))
      .then((answer) => {
        forget()
        resume(answer)
      })
    return Effect.sync(() => {
      forget()
      interruption.abort()
    })
  })
}

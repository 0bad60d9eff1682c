/** One call to Pub/Sub: one attempt, bounded in time, its failure in Counterfoil's words. */
import type { CallOptions } from "@google-cloud/pubsub"
import { Effect } from "effect"
import { PubSubError } from "../../PubSubError.ts"
import { type ClosableClient, type Connection, connectionLost } from "./Connection.ts"
import { classify } from "./ErrorClassification.ts"

/**
 * Calls Pub/Sub once; interruption cancels the call.
 *
 * **Units**: `seconds` until the attempt is given up; sooner where its connection is replaced.
 * **Errors**: `PubSubError`; the Google client's own retries are off, the caller has its own.
 */
export const callOnce = <Client extends ClosableClient, A>(
  connection: Connection<Client>,
  operation: string,
  resource: string,
  seconds: number,
  run: (client: Client, options: CallOptions) => Promise<A>
): Effect.Effect<A, PubSubError> => {
  const failure = (cause: unknown) =>
    new PubSubError({ operation, resource, reason: classify(cause, connection.proxy) })
  const call = Effect.tryPromise({
    try: (signal) =>
      connection.ask((client) => run(client, { signal, timeout: seconds * 1000, retry: { retryCodes: [] } })),
    catch: failure
  })
  return Effect.raceFirst(
    call,
    Effect.flatMap(connection.renewed, () => Effect.fail(failure(connectionLost)))
  )
}

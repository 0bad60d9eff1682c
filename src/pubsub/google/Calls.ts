/** One call to Pub/Sub: one attempt, bounded in time, its failure in Counterfoil's words. */
import type { CallOptions } from "@google-cloud/pubsub"
import { Effect } from "effect"
import { PubSubError } from "../PubSubError.ts"
import { classify } from "./StatusClass.ts"

/**
 * Calls Pub/Sub once; interruption cancels the call.
 *
 * **Units**: `seconds` until the attempt is given up.
 * **Errors**: `PubSubError`; the Google client's own retries are off, the caller has its own.
 */
export const callOnce = <A>(
  operation: string,
  resource: string,
  seconds: number,
  run: (options: CallOptions) => Promise<A>
): Effect.Effect<A, PubSubError> =>
  Effect.tryPromise({
    try: (signal) => run({ signal, timeout: seconds * 1000, retry: { retryCodes: [] } }),
    catch: (cause) => new PubSubError({ operation, resource, reason: classify(cause) })
  })

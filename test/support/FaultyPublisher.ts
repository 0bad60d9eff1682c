/** Wraps a publisher, so that it goes wrong on demand. */
import { Duration, Effect, Result } from "effect"
import type { Publisher } from "../../src/pubsub/Publisher.ts"
import { noAnswer, PubSubError, PubSubUnavailable } from "../../src/pubsub/PubSubError.ts"

/** What goes wrong; set while tests run. */
export interface PublisherFaults {
  /** Nothing is published, and every message is answered so. */
  isAway: boolean
  /** How long a call takes. **Units**: milliseconds. */
  latency: () => number
}

/** Nothing goes wrong. */
export const noPublisherFaults = (): PublisherFaults => ({ isAway: false, latency: () => 0 })

/** The same publisher, behind these faults. */
export const faultyPublisher = (
  inner: Publisher["Service"],
  faults: PublisherFaults
): Publisher["Service"] => ({
  publish: Effect.fnUntraced(function* (topic, messages) {
    const millis = faults.latency()
    if (millis > 0) yield* Effect.sleep(Duration.millis(millis))
    if (!faults.isAway) return yield* inner.publish(topic, messages)
    return messages.map(() =>
      Result.fail(
        new PubSubError({
          operation: "publish",
          resource: topic,
          reason: new PubSubUnavailable({ detail: noAnswer, cause: "away" })
        })
      )
    )
  })
})

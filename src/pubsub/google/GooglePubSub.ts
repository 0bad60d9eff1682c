import { Layer } from "effect"
import type { Publisher } from "../Publisher.ts"
import type { PubSubAdmin } from "../PubSubAdmin.ts"
import type { PubSubError } from "../PubSubError.ts"
import type { Subscriber } from "../Subscriber.ts"
import { GoogleAdmin } from "./GoogleAdmin.ts"
import { GoogleClient, type GoogleClientOptions } from "./GoogleClient.ts"
import { GooglePublisher } from "./GooglePublisher.ts"
import type { GoogleSettings } from "./GoogleSettings.ts"
import { GoogleSubscriber } from "./GoogleSubscriber.ts"

/**
 * The three ports on Google Cloud Pub/Sub or its emulator, with every option of the ports at its default, and the client
 * they share.
 *
 * **Errors**: as {@link GoogleClient}'s layer, when it is built.
 */
const layer = (
  settings: GoogleSettings,
  options: GoogleClientOptions = {}
): Layer.Layer<Subscriber | Publisher | PubSubAdmin | GoogleClient, PubSubError> =>
  Layer.mergeAll(GoogleSubscriber.layer, GooglePublisher.layer, GoogleAdmin.layer).pipe(
    Layer.provideMerge(GoogleClient.layer(settings, options))
  )

/** Google Cloud Pub/Sub, or its emulator. */
export const GooglePubSub = { layer } as const

import { Layer } from "effect"
import type { Publisher } from "../Publisher.ts"
import type { PubSubAdmin } from "../PubSubAdmin.ts"
import type { Subscriber } from "../Subscriber.ts"
import { MemoryAdmin } from "./MemoryAdmin.ts"
import { MemoryBroker, type MemoryBrokerOptions } from "./MemoryBroker.ts"
import { MemoryPublisher } from "./MemoryPublisher.ts"
import { MemorySubscriber } from "./MemorySubscriber.ts"

/** The three ports on one embedded broker, and the broker itself, to look into it and to break it. */
const layerWith = (
  options: MemoryBrokerOptions
): Layer.Layer<Subscriber | Publisher | PubSubAdmin | MemoryBroker> =>
  Layer.mergeAll(MemorySubscriber.layer, MemoryPublisher.layer, MemoryAdmin.layer).pipe(
    Layer.provideMerge(MemoryBroker.layerWith(options))
  )

/** The embedded Pub/Sub. */
export const MemoryPubSub = {
  layerWith,
  /** The same with every option at its default. */
  layer: layerWith({})
} as const

/** The three ports on an embedded broker, for tests that look into it or break it. */
import { Layer } from "effect"
import { MemoryBroker, type MemoryBrokerOptions } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscription } from "../../../src/pubsub/memory/MemorySubscription.ts"
import { MemoryTopology } from "../../../src/pubsub/memory/MemoryTopology.ts"

const ports = Layer.mergeAll(MemorySubscription.layer, MemoryPublisher.layer, MemoryTopology.layer)

/** The ports and their broker. */
export const embeddedPorts = (options: MemoryBrokerOptions = {}) =>
  ports.pipe(Layer.provideMerge(MemoryBroker.layerWith(options)))

/** The three ports on an embedded broker, for tests that look into it or break it. */
import { Layer } from "effect"
import { MemoryAdmin } from "../../../src/pubsub/memory/MemoryAdmin.ts"
import { MemoryBroker, type MemoryBrokerOptions } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscriber } from "../../../src/pubsub/memory/MemorySubscriber.ts"

const ports = Layer.mergeAll(MemorySubscriber.layer, MemoryPublisher.layer, MemoryAdmin.layer)

/** The ports and their broker. */
export const embeddedPorts = (options: MemoryBrokerOptions = {}) =>
  ports.pipe(Layer.provideMerge(MemoryBroker.layerWith(options)))

import { Layer } from "effect"
import { MemoryBroker } from "../../../src/pubsub/memory/MemoryBroker.ts"
import { MemoryPublisher } from "../../../src/pubsub/memory/MemoryPublisher.ts"
import { MemorySubscription } from "../../../src/pubsub/memory/MemorySubscription.ts"
import { MemoryTopology } from "../../../src/pubsub/memory/MemoryTopology.ts"
import { subscriptionSuite } from "../../suites/SubscriptionSuite.ts"

const ports = Layer.mergeAll(MemorySubscription.layer, MemoryPublisher.layer, MemoryTopology.layer)

subscriptionSuite("memory", ports.pipe(Layer.provide(MemoryBroker.layer)), { clock: "test" })

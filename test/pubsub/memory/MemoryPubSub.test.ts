import { subscriptionSuite } from "../../suites/SubscriptionSuite.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

subscriptionSuite("memory", embeddedPorts(), { clock: "test" })

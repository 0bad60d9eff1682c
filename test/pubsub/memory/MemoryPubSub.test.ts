import { pubSubSuite } from "../../../src/testing/PubSubSuite.ts"
import { embeddedPorts } from "./EmbeddedPorts.ts"

pubSubSuite("memory", embeddedPorts(), { clock: "test", cannotShow: ["permissions"] })

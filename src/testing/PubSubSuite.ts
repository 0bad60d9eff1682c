/** What every implementation of the Pub/Sub ports does, whoever serves it; run unchanged on each (`counterfoil/testing`). */
import { layer } from "@effect/vitest"
import type { Layer } from "effect"
import { adminTests } from "./AdminTests.ts"
import { deadLetterReaderTests } from "./DeadLetterReaderTests.ts"
import { deliveryTests } from "./DeliveryTests.ts"
import { descriptionTests } from "./DescriptionTests.ts"
import { flowTests } from "./FlowTests.ts"
import { heldIdTests } from "./HeldIdTests.ts"
import { publishingTests } from "./PublishingTests.ts"
import { settlementTests } from "./SettlementTests.ts"
import { sourceTests } from "./SourceTests.ts"
import { statusTests } from "./StatusTests.ts"
import { stopTests } from "./StopTests.ts"
import { realClock, testClock } from "./SuiteClock.ts"
import type { PubSubPorts, SuiteContext, SuiteOptions } from "./SuiteContext.ts"

/**
 * Registers the suite for one implementation; the layer is built once.
 *
 * On a real clock the slowest test takes a little more than two leases. What needs a server that says of a lease that it
 * has ended is in `lostLeaseSuite`.
 */
export const pubSubSuite = (
  name: string,
  ports: Layer.Layer<PubSubPorts, unknown>,
  options: SuiteOptions
): void =>
  layer(ports, {
    excludeTestServices: options.clock === "real",
    timeout: 120_000,
    // On a real clock they wait, and each on topics of its own.
    concurrent: options.clock === "real"
  })(`Pub/Sub on ${name}`, (it) => {
    const context: SuiteContext = {
      it,
      clock: options.clock === "real" ? realClock : testClock,
      where: (trait) => ((options.cannotShow ?? []).includes(trait) ? () => {} : it.effect)
    }
    deliveryTests(context)
    settlementTests(context)
    statusTests(context)
    stopTests(context)
    flowTests(context)
    heldIdTests(context)
    deadLetterReaderTests(context)
    publishingTests(context)
    adminTests(context)
    descriptionTests(context)
    sourceTests(context)
  })

/** What every implementation of the Pub/Sub ports does, whoever serves it; run unchanged on each (`counterfoil/testing`). */
import { layer, type Vitest } from "@effect/vitest"
import type { Layer } from "effect"
import type { Publisher } from "../pubsub/Publisher.ts"
import type { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import { adminTests } from "./AdminTests.ts"
import { deliveryTests } from "./DeliveryTests.ts"
import { descriptionTests } from "./DescriptionTests.ts"
import { flowTests } from "./FlowTests.ts"
import { heldIdTests } from "./HeldIdTests.ts"
import { publishingTests } from "./PublishingTests.ts"
import { settlementTests } from "./SettlementTests.ts"
import { statusTests } from "./StatusTests.ts"
import { stopTests } from "./StopTests.ts"
import { realClock, type SuiteClock, testClock } from "./SuiteClock.ts"

/** The three ports, together. */
export type PubSubPorts = Subscriber | Publisher | PubSubAdmin

/** What an implementation may be unable to show, because its server does not do it. */
export type Trait =
  /** A release with a delay holds the message back for that long. */
  | "delayed-release"
  /** Illegal names of topics and subscriptions are refused. */
  | "name-rules"
  /** A reader is sent no more than its limits, so that the rest is left to other readers. */
  | "wire-limits"
  /** A delivery keeps its ordering key. */
  | "ordering-key"
  /** Permissions can be asked for, and none is granted on what does not exist. */
  | "permissions"

/** What the tests need to know of an implementation. */
export interface SuiteOptions {
  /** `test` where leases and waits follow Effect's clock alone; a real server needs `real`. */
  readonly clock: "test" | "real"
  readonly cannotShow?: ReadonlyArray<Trait>
}

/** What each part of the suite is given. */
export interface SuiteContext {
  readonly it: Vitest.MethodsNonLive<PubSubPorts>
  readonly clock: SuiteClock
  /** Specifies a test of those that can show this; elsewhere there is none, rather than a skipped one. */
  readonly where: (trait: Trait) => (...test: Parameters<SuiteContext["it"]["effect"]>) => void
}

/**
 * Registers the suite for one implementation; the layer is built once.
 *
 * On a real clock the slowest test takes a little more than two leases.
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
    publishingTests(context)
    adminTests(context)
    descriptionTests(context)
  })

/** What each part of the Pub/Sub suite is given, and what it needs to know of an implementation. */
import type { Vitest } from "@effect/vitest"
import type { Publisher } from "../pubsub/Publisher.ts"
import type { PubSubAdmin } from "../pubsub/PubSubAdmin.ts"
import type { Subscriber } from "../pubsub/Subscriber.ts"
import type { SuiteClock } from "./SuiteClock.ts"

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
  /** The streams of a subscription that is deleted end, so that who reads one of its name created at once is not deaf. */
  | "ends-streams"
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

/** A fault, the load it comes upon, and what has to hold besides the ledger's verdict. */
import type { Effect, Scope } from "effect"
import type { NotInTime } from "../support/Counterfoil.ts"
import type { Deployment, DeploymentOptions } from "../support/Deployment.ts"
import type { ServerError } from "../support/ServerProcess.ts"
import type { CqlProxy } from "./CqlProxy.ts"
import type { Observer } from "./Observer.ts"
import type { ProcessorError, Processors } from "./Processors.ts"
import type { CassandraNodes } from "./Servers.ts"
import type { TcpProxy } from "./TcpProxy.ts"
import type { Planned } from "./Traffic.ts"

/** Something a scenario waits for or does has failed. */
export type ScenarioError = ProcessorError | NotInTime | ServerError

/** What a scenario is run with. */
export interface ScenarioContext {
  readonly deployment: Deployment
  readonly processors: Processors
  readonly observer: Observer
  readonly cassandra: CassandraNodes
  /** Between the processors and Pub/Sub. */
  readonly toPubSub: TcpProxy
  /** Between the processors and Cassandra, where it is one node. */
  readonly toCassandra: TcpProxy
  /** In its stead, where single statements are to be refused. */
  readonly statements: CqlProxy
  /** About how many messages the run was asked for. */
  readonly messages: number
  /** Suspends until this share of the load is published. */
  readonly untilPublished: (share: number) => Effect.Effect<void>
  /** Notes what has to hold. */
  readonly expect: (holds: boolean, otherwise: string) => Effect.Effect<void>
}

/** A scenario. */
export interface Scenario {
  readonly name: string
  /** In words, for the report. */
  readonly fault: string
  /** Traffic of every sort by default. */
  readonly load?: (messages: number) => ReadonlyArray<Planned>
  /** For how long the load is published; `"before"`: all of it before `run` begins. Default 20. **Units**: seconds. */
  readonly loadSeconds?: number | "before"
  readonly deployment?: DeploymentOptions
  /** Settings that differ from the defaults. */
  readonly environment?: Readonly<Record<string, string>>
  readonly nodes?: "one" | "three"
  /** Copies of each row; as many as there are nodes by default. */
  readonly replication?: number
  /** What stands between the processors and the servers: `toPubSub`, `toCassandra` or `statements` of the context. */
  readonly proxied?: ReadonlyArray<"pubsub" | "cassandra" | "statements">
  /**
   * What the fault may leave twice in the dead letters, or unacknowledged after its effect; `0` by default, where
   * nothing dies or is lost.
   */
  readonly repetitions?: (processors: Processors) => number
  /**
   * Whether Pub/Sub may hold orders back for longer than G5 waits, so that a payment's dead letter is no fault as
   * long as no look at the table had found its order: an emulator sends to the streams of processes that died, once to
   * each, and each time waits for a lease to end.
   */
  readonly mayBeLate?: boolean
  /** Whether a dead letter that was matched by a later redelivery is a failure here. */
  readonly forbidsStale?: boolean
  /** Whether the machine has what the scenario needs; else why not. */
  readonly missing?: () => string | undefined
  /** Starts the processors, brings the fault about and ends it; the load is published meanwhile. */
  readonly run: (context: ScenarioContext) => Effect.Effect<void, ScenarioError, Scope.Scope>
  /** Looks at what is left when all is settled and stopped. */
  readonly afterwards?: (context: ScenarioContext) => Effect.Effect<void, ScenarioError>
  /** For how long everything may take to be settled after the fault. Default 180. **Units**: seconds. */
  readonly settleWithinSeconds?: number
}

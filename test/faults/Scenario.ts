/** A fault, the load it comes upon, and what has to hold besides the ledger's verdict. */
import type { Effect, Scope } from "effect"
import type { NotInTime } from "../support/Counterfoil.ts"
import type { Deployment, DeploymentOptions } from "../support/Deployment.ts"
import type { PubSubServer } from "../support/PubSubEmulator.ts"
import type { ServerError } from "../support/ServerProcess.ts"
import type { CqlProxy } from "./CqlProxy.ts"
import type { Observer } from "./Observer.ts"
import type { ProcessorError, Processors } from "./Processors.ts"
import type { CassandraNodes, NodesNeeded } from "./Servers.ts"
import type { NothingToTell, Signs } from "./Signs.ts"
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
  /** Before each node, in the order of `cassandra.node` and `cassandra.others`; none unless `proxied` has `"nodes"`. */
  readonly toNodes: ReadonlyArray<TcpProxy>
  /** In their stead; none unless `proxied` has `"node-statements"`. */
  readonly nodeStatements: ReadonlyArray<CqlProxy>
  /** The scenario's own Pub/Sub, where `ownPubSub` asks for it. */
  readonly pubsub: PubSubServer | undefined
  /** The role that the processors log in as, where Cassandra asks for a login. */
  readonly role: string
  /** About how many messages the run was asked for. */
  readonly messages: number
  /** Suspends until this share of the load is published. */
  readonly untilPublished: (share: number) => Effect.Effect<void>
  /** Does something meanwhile acknowledgements, or what a process holds, may be lost; `why` is for the report. */
  readonly disturb: <A, E, R>(why: string, fault: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /**
   * Suspends until each of the scenario's signs was seen, or a minute is over, and notes those that were not. The fault
   * has to last meanwhile. `environment`: what differs for the process in trouble; `doctor` is run with it.
   */
  readonly lookForSigns: (environment?: Readonly<Record<string, string>>) => Effect.Effect<void>
  /** Notes what has to hold. */
  readonly expect: (holds: boolean, otherwise: string) => Effect.Effect<void>
}

/** A scenario. */
export interface Scenario {
  readonly name: string
  /** In words, for the report. */
  readonly fault: string
  /** What tells of it while it lasts. */
  readonly signs: Signs | NothingToTell
  /** What every process has to say in the end; that it is well by default. */
  readonly endsWith?: RegExp
  /** Traffic of every sort by default. */
  readonly load?: (messages: number) => ReadonlyArray<Planned>
  /** For how long the load is published; `"before"`: all of it before `run` begins. Default 20. **Units**: seconds. */
  readonly loadSeconds?: number | "before" | ((messages: number) => number)
  readonly deployment?: DeploymentOptions
  /** Settings that differ from the defaults. */
  readonly environment?: Readonly<Record<string, string>>
  readonly nodes?: NodesNeeded
  /** Copies of each row; as many as there are nodes by default. */
  readonly replication?: number
  /**
   * What stands between the processors and the servers: `toPubSub`, `toCassandra` or `statements` of the context.
   * `nodes` or `node-statements`: a proxy before each of three nodes, which tell clients its address.
   */
  readonly proxied?: ReadonlyArray<"pubsub" | "cassandra" | "statements" | "nodes" | "node-statements">
  /** Whether the scenario has a Pub/Sub emulator of its own, which it may end. */
  readonly ownPubSub?: boolean
  /**
   * Whether a disturbance may make Pub/Sub hold orders back for longer than G5 waits, so that a payment's dead letter
   * is no fault as long as no look at the table had found its order: an emulator sends to the streams of processes that
   * died, once to each, and each time waits for a lease to end.
   */
  readonly mayBeLate?: boolean
  /**
   * Within this of its publish, or of the end of `run` where that is later, a payment without an order has to be a
   * dead letter. **Units**: seconds.
   */
  readonly unmatchedWithinSeconds?: number
  /** Whether the machine has what the scenario needs; else why not. */
  readonly missing?: () => string | undefined
  /** Starts the processors, brings the fault about and ends it; the load is published meanwhile. */
  readonly run: (context: ScenarioContext) => Effect.Effect<void, ScenarioError, Scope.Scope>
  /** Looks at what is left when all is settled and stopped. */
  readonly afterwards?: (context: ScenarioContext) => Effect.Effect<void, ScenarioError>
  /** For how long everything may take to be settled after the fault. Default 180. **Units**: seconds. */
  readonly settleWithinSeconds?: number
}

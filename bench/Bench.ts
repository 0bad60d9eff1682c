/** What every measurement works with: the servers, the benchmark's own clients, and how much of everything. */
import { randomUUID } from "node:crypto"
import { join } from "node:path"
import type { Candidate } from "./Candidate.ts"
import type { LaunchOptions } from "./CandidateProcess.ts"
import { FactTable } from "./FactTable.ts"
import { cacheFolder } from "./Folders.ts"
import { setUpKeyspace } from "./Keyspace.ts"
import type { Amounts } from "./Plan.ts"
import { openPubSub, type PubSubAccess } from "./PubSubAccess.ts"
import { inOrderOf } from "./Rounds.ts"
import type { TimeSpent } from "./TimeSpent.ts"
import { createTopics, deleteTopics, type Topics, topicsNamed } from "./Topics.ts"

/** What every measurement works with. */
export interface Bench {
  readonly launch: LaunchOptions
  readonly access: PubSubAccess
  readonly table: FactTable
  readonly amounts: Amounts
  readonly time: TimeSpent
  /** Creates topics and subscriptions for one measurement, and deletes them afterwards. */
  readonly withTopics: <A>(use: (topics: Topics) => Promise<A>) => Promise<A>
  readonly close: () => Promise<void>
}

/** What a scenario works with. */
export interface ScenarioBench extends Bench {
  /** The one that the other is compared with comes first. */
  readonly candidates: readonly [Candidate, Candidate]
}

/** What differs from one {@link Bench} to another. */
export interface BenchOptions {
  /** The environment variables that name the servers. */
  readonly servers: LaunchOptions["environment"]
  readonly keyspace: string
  /** The folder of the Counterfoil that sets up the keyspace. */
  readonly setUpBy: string
  readonly nodeOptions: ReadonlyArray<string>
  readonly amounts: Amounts
}

/** Creates keyspace and table with `counterfoil setup`, and connects the benchmark's own clients. */
export const openBench = async (
  { servers, keyspace, setUpBy, nodeOptions, amounts }: BenchOptions,
  time: TimeSpent
): Promise<Bench> => {
  const environment = { ...servers, CASSANDRA_KEYSPACE: keyspace }
  const contactPoints = named(servers, "CASSANDRA_CONTACT_POINTS").split(",")
  const table = new FactTable(contactPoints, named(servers, "CASSANDRA_LOCAL_DATACENTER"), keyspace)
  setUpKeyspace(environment, setUpBy)
  await table.connect()
  const access = await openPubSub(named(servers, "PUBSUB_PROJECT_ID"))
  const run = randomUUID().slice(0, 8)
  let measurements = 0
  return {
    launch: { environment, logs: join(cacheFolder, "logs"), nodeOptions },
    access,
    table,
    amounts,
    time,
    withTopics: async (use) => {
      measurements += 1
      const topics = topicsNamed(run, measurements)
      await time.on("topics", () => createTopics(access, topics))
      const result = await use(topics)
      await time.on("topics", () => deleteTopics(access, topics))
      return result
    },
    close: async () => {
      await Promise.all([access.close(), table.close()])
    }
  }
}

/** The candidates of a scenario {@link inOrderOf} this round. */
export const candidatesOf = ({ candidates }: ScenarioBench, round: number): ReadonlyArray<Candidate> =>
  inOrderOf(round, candidates)

const named = (environment: LaunchOptions["environment"], name: string): string => {
  const value = environment[name]
  if (value === undefined) throw new Error(`${name} is not known`)
  return value
}

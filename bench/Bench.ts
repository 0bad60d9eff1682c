/** What every scenario works with: the servers, the benchmark's own look at them, and how much of everything. */
import { join } from "node:path"
import { type Contender, counterfoil, loop, loopAgain } from "./Contender.ts"
import { FactTable } from "./FactTable.ts"
import { setUpKeyspace } from "./Keyspace.ts"
import type { Options } from "./Options.ts"
import { type Amounts, full, quick } from "./Plan.ts"
import { openPubSub, type PubSubAccess } from "./PubSubAccess.ts"
import { closeStage, openStage, type Stage, stageNamed } from "./Stage.ts"
import type { TimeSpent } from "./TimeSpent.ts"

/** Where the servers are, as environment variables, and where contenders write their logs. */
export interface Place {
  readonly environment: Readonly<Record<string, string>>
  readonly logs: string
  /** Options of node itself, for every contender. */
  readonly nodeOptions: ReadonlyArray<string>
}

/** What every scenario works with. */
export interface Bench {
  readonly place: Place
  readonly access: PubSubAccess
  readonly table: FactTable
  readonly amounts: Amounts
  readonly time: TimeSpent
  /** The one everything is compared with, and the one that is compared. */
  readonly contenders: readonly [Contender, Contender]
  /** Plays on a stage of its own, which is cleared away afterwards. */
  readonly onStage: <A>(play: (stage: Stage) => Promise<A>) => Promise<A>
  readonly close: () => Promise<void>
}

/** Creates keyspace and table with `counterfoil setup`, and opens the benchmark's own clients. */
export const openBench = async (
  servers: Place["environment"],
  options: Options,
  time: TimeSpent
): Promise<Bench> => {
  const environment = { ...servers, CASSANDRA_KEYSPACE: keyspace }
  const place = {
    environment,
    logs: join(root, ".cache", "bench", "logs"),
    nodeOptions: options.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${options.profile}`]
  }
  setUpKeyspace(environment)
  const contactPoints = named(servers, "CASSANDRA_CONTACT_POINTS").split(",")
  const table = new FactTable(contactPoints, named(servers, "CASSANDRA_LOCAL_DATACENTER"), keyspace)
  await table.connect()
  const access = await openPubSub(named(servers, "PUBSUB_PROJECT_ID"))
  const run = Date.now().toString(36)
  let stages = 0
  return {
    place,
    access,
    table,
    amounts: amountsFor(options),
    time,
    contenders: [loop, options.isSelf ? loopAgain : counterfoil],
    onStage: async (play) => {
      stages += 1
      const stage = stageNamed(run, stages)
      await time.on("topics", () => openStage(access, stage))
      const result = await play(stage)
      await time.on("topics", () => closeStage(access, stage))
      return result
    },
    close: async () => {
      await Promise.all([access.close(), table.close()])
    }
  }
}

/** Writes a line of progress. */
export const say = (line: string): void => {
  process.stderr.write(`${line}\n`)
}

/** Both of a round; who is first changes from round to round, so that a drift favours neither. */
export const alternating = <A>(both: readonly [A, A], round: number): ReadonlyArray<A> =>
  round % 2 === 0 ? both : both.toReversed()

/** Each contender of a round, {@link alternating}. */
export const inTurn = ({ contenders }: Bench, round: number): ReadonlyArray<Contender> =>
  alternating(contenders, round)

const root = join(import.meta.dirname, "..")
const keyspace = "counterfoil_bench"

/** How much of everything these options ask for. */
export const amountsFor = ({ isQuick, rounds, messages }: Options): Amounts => {
  const amounts = isQuick ? quick : full
  return {
    ...amounts,
    rounds: rounds === undefined ? amounts.rounds : allOf(rounds),
    drain: messages ?? amounts.drain
  }
}

const allOf = (rounds: number): Amounts["rounds"] => ({
  drain: rounds,
  steady: rounds,
  backlog: rounds,
  start: rounds,
  produce: rounds,
  cluster: rounds
})

const named = (environment: Place["environment"], name: string): string => {
  const value = environment[name]
  if (value === undefined) throw new Error(`${name} is not known`)
  return value
}

/** `npm run bench`: compares `counterfoil run` with a loop written by hand, on real servers. */
import { join } from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { cassandraPlace, pubSubPlace } from "../test/support/RunningServices.ts"
import { openBench, say } from "./Bench.ts"
import { machine } from "./Machine.ts"
import { type Options, parseOptions } from "./Options.ts"
import { scenarioNames } from "./Plan.ts"
import { play } from "./Play.ts"
import { writeReport } from "./Report.ts"
import { judge } from "./Thresholds.ts"

const isLargeEnough = ({ isQuick, isSelf, messages, profile, rounds }: Options): boolean =>
  !isQuick &&
  !isSelf &&
  messages === undefined &&
  profile === undefined &&
  (rounds ?? enoughRounds) >= enoughRounds

// Fewer say nothing with 90 % confidence.
const enoughRounds = 5

const areServersGiven = process.env["CASSANDRA_CONTACT_POINTS"] !== undefined

const bench = async (servers: Readonly<Record<string, string>>, options: Options): Promise<boolean> => {
  const startedAt = new Date()
  const opened = await openBench(servers, options)
  const description = machine(await opened.table.serverVersion(), areServersGiven)
  const findings = await play(opened, options.only)
  await opened.close()
  const verdicts = judge(findings)
  const isJudged = isLargeEnough(options)
  const isWhole = isJudged && options.only.length === scenarioNames.length && options.rounds === undefined
  const folder = options.out ?? (isWhole ? join(import.meta.dirname, "results") : join(".cache", "bench"))
  const text = writeReport(folder, {
    startedAt: startedAt.toISOString(),
    minutes: (Date.now() - startedAt.getTime()) / 60_000,
    machine: description,
    amounts: opened.amounts,
    isJudged,
    verdicts,
    findings
  })
  process.stdout.write(text)
  say(`written to ${folder}`)
  return !isJudged || verdicts.every(({ holds }) => holds)
}

const program = Effect.gen(function* () {
  const options = yield* Effect.sync(() => parseOptions(process.argv.slice(2)))
  say("starting the servers, or finding those the environment names")
  const [cassandra, pubSub] = yield* Effect.all([cassandraPlace({}), pubSubPlace({})], { concurrency: 2 })
  const servers = { ...cassandra, ...pubSub }
  // This process talks to the servers, too.
  Object.assign(process.env, servers)
  const allHold = yield* Effect.promise(() => bench(servers, options))
  process.exitCode = allHold ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(program))

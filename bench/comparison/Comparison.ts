/** Compares Counterfoil of the working tree with that of a commit: drains in turns, on the same servers. */
import { createHash } from "node:crypto"
import { cpus } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"
import { RecordFile } from "../../test/support/RecordFile.ts"
import type { ServerError } from "../../test/support/ServerProcess.ts"
import { type Bench, openBench } from "../Bench.ts"
import { type Candidate, counterfoilIn } from "../Candidate.ts"
import type { LaunchOptions } from "../CandidateProcess.ts"
import type { Drained } from "../DrainPhase.ts"
import { cacheFolder } from "../Folders.ts"
import { dropKeyspace } from "../Keyspace.ts"
import type { ComparisonOptions } from "../Options.ts"
import { type ComparedStream, full } from "../Plan.ts"
import { twiceInOrderOf } from "../Rounds.ts"
import { say } from "../Screen.ts"
import { oneNode } from "../Servers.ts"
import type { TimeSpent } from "../TimeSpent.ts"
import { type Checkout, Checkouts } from "./Checkout.ts"
import { reportComparison } from "./ComparisonReport.ts"
import { type MeasuredRound, type MissingRound, missingRounds, type RoundFile } from "./RoundFile.ts"
import { cpuOf, rateOf } from "./RoundRatios.ts"
import { drainStream } from "./StreamDrain.ts"

/** Measures the rounds that are missing and reports all; answers whether everything that is judged holds. */
export const compareCommits = Effect.fnUntraced(function* (
  options: ComparisonOptions,
  time: TimeSpent
): Effect.fn.Return<boolean, ServerError> {
  const checkouts = new Checkouts()
  const before = checkouts.ofCommit(options.commit)
  const after = checkouts.ofWorkingTree()
  const file = RecordFile.open<MeasuredRound>(roundFilePath(before, after, options.messages), options.isFresh)
  const missing = missingRounds(file.records, options.only, options.rounds)
  const wanted = options.only.length * options.rounds
  say(
    `comparing ${after.name} with ${before.name}: ${wanted - missing.length} of ${wanted} rounds are measured`
  )
  say(`rounds are kept in ${file.path}; --fresh measures them anew`)
  if (missing.length > 0) {
    yield* Effect.scoped(
      Effect.flatMap(oneNode(time), (servers) =>
        Effect.promise(() =>
          measure({ servers, before, after, messages: options.messages, time, file }, missing)
        )
      )
    )
  }
  return reportComparison({ options, before, after, rounds: file.records })
})

/** Rounds of other contents, amounts, processors or versions of Node are not continued. */
const roundFilePath = (before: Checkout, after: Checkout, messages: number): string => {
  const conditions = [
    roundFormat,
    before.tree,
    after.tree,
    messages,
    process.versions.node,
    cpus().length,
    cpus()[0]?.model
  ]
  const hash = createHash("sha256").update(JSON.stringify(conditions)).digest("hex").slice(0, 16)
  return join(cacheFolder, "against", `${hash}.jsonl`)
}

// Counted up when a round is measured or written in another way: older rounds are then not mixed with newer ones.
const roundFormat = 1

interface Measurement {
  readonly servers: LaunchOptions["environment"]
  readonly before: Checkout
  readonly after: Checkout
  readonly messages: number
  readonly time: TimeSpent
  readonly file: RoundFile
}

const measure = async (measurement: Measurement, missing: ReadonlyArray<MissingRound>): Promise<void> => {
  const { before, after, file } = measurement
  const both = [
    await openSide("before", before, measurement),
    await openSide("after", after, measurement)
  ] as const
  await warmUp(both, [...new Set(missing.map(({ stream }) => stream))])
  const cassandra = await both[0].bench.table.serverVersion()
  for (const { stream, round } of missing) {
    const drained: Record<Side["label"], Array<Drained>> = { before: [], after: [] }
    for (const { label, candidate, bench } of twiceInOrderOf(round, both)) {
      drained[label].push(await drainStream(bench, candidate, stream))
    }
    file.append({ stream, round, ...drained, at: new Date().toISOString(), cassandra })
    say(`${stream}, round ${round + 1}: before ${shown(drained.before)}; after ${shown(drained.after)}`)
  }
  await Promise.all(both.map(({ bench }) => bench.close()))
}

/** One of the two at work. */
interface Side {
  readonly label: "before" | "after"
  readonly candidate: Candidate
  readonly bench: Bench
}

/** Each has a keyspace of its own, set up by itself: its tables and its record of migrations may differ. */
const openSide = async (
  label: Side["label"],
  { folder }: Checkout,
  { servers, messages, time }: Measurement
): Promise<Side> => {
  const keyspace = `counterfoil_bench_${label}`
  await dropKeyspace(servers, keyspace)
  const amounts = { ...full, drain: messages }
  const bench = await openBench({ servers, keyspace, setUpBy: folder, nodeOptions: [], amounts }, time)
  return { label, candidate: counterfoilIn(folder, `counterfoil ${label}`), bench }
}

/** Uncounted: the servers are cold, and modules are not compiled yet. */
const warmUp = async (both: readonly [Side, Side], streams: ReadonlyArray<ComparedStream>): Promise<void> => {
  say("warming the servers")
  for (const stream of streams) {
    for (const { bench, candidate } of both) {
      const amounts = { ...bench.amounts, drain: Math.min(bench.amounts.warmUp, bench.amounts.drain) }
      await drainStream({ ...bench, amounts }, candidate, stream)
    }
  }
}

const shown = (drains: ReadonlyArray<Drained>): string =>
  `${Math.round(rateOf(drains))}/s at ${cpuOf(drains).toFixed(1)} µs`

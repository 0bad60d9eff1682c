/** Checks of a cluster that `doctor` makes beyond those of a start: what may fail later, or is only worth knowing. */
import { Effect } from "effect"
import type { Cassandra, Node } from "../cassandra/Cassandra.ts"
import { type ClockOffset, guardrailsOf, readClockOffset } from "../cassandra/ServerState.ts"
import { batchBytesMax } from "../facts/Limits.ts"
import { cassandraChecks } from "./CassandraChecks.ts"
import { type CassandraReading, reading } from "./CassandraReading.ts"
import { type Check, type CheckResult, type Judgement, judge, type Problem, problemsIn } from "./Check.ts"
import { clockOffsetMillis, oldestCassandra } from "./Limits.ts"
import { type Reading, whenRead } from "./Reading.ts"
import { whenGuarded } from "./ServerChecks.ts"
import { mebibytes, sizeOf } from "./Words.ts"

/** What the checks of a start judge, and more. */
export interface ClusterReading extends CassandraReading {
  readonly clock: Reading<ClockOffset>
  /** The largest row that is written. **Units**: bytes. */
  readonly maxRowBytes: number
}

/** Reads what {@link ClusterReading} has besides. */
export const readCluster = (
  cassandra: Cassandra["Service"],
  read: CassandraReading,
  maxRowBytes: number
): Effect.Effect<ClusterReading> =>
  Effect.map(reading(readClockOffset(cassandra)), (clock) => ({ ...read, clock, maxRowBytes }))

const sizesTaken: Check<ClusterReading> = {
  code: "CF-403",
  group: "cassandra",
  title: "the servers take rows of up to MAX_ROW_BYTES, and batches of several",
  worst: "warning",
  remedy: "lower `MAX_ROW_BYTES`, or raise the limit in cassandra.yaml of every node",
  needs: [],
  judge: (read) =>
    whenRead(read.settings, (settings) => {
      const { maxRowBytes } = read
      const mutation = mutationBytes(settings)
      const tooLarge = mutation !== undefined && mutation < maxRowBytes
      const limited = whenGuarded(read, (all) =>
        guardrailsOf(all).flatMap((rail) => tightOf(rail, maxRowBytes))
      )
      const batch = sizeOf(settings.get("batch_size_fail_threshold"))
      return [
        ...(tooLarge ? [tightSize("max_mutation_size", mutation, maxRowBytes)] : []),
        ...problemsIn(limited),
        ...(batch !== undefined && batch < 2 * batchBytesMax ? [tightBatch(batch)] : [])
      ]
    })
}

/** **Source**: Cassandra 5.0: half a segment of the commit log, unless it is set. */
const mutationBytes = (settings: ReadonlyMap<string, string | undefined>): number | undefined => {
  const half = sizeOf(settings.get("commitlog_segment_size"))
  return sizeOf(settings.get("max_mutation_size")) ?? (half === undefined ? undefined : half / 2)
}

const tightOf = (
  { fail, name }: { readonly name: string; readonly fail: string | undefined },
  maxRowBytes: number
): ReadonlyArray<Problem> => {
  const size = name === "column_value_size" ? sizeOf(fail) : undefined
  return size !== undefined && size < maxRowBytes
    ? [tightSize("column_value_size_fail_threshold", size, maxRowBytes)]
    : []
}

const tightSize = (setting: string, size: number, maxRowBytes: number): Problem => ({
  severity: "warning",
  found: `the servers refuse what is larger than ${mebibytes(size)} (${setting}), and MAX_ROW_BYTES is ${mebibytes(maxRowBytes)}: such rows are sent, and tried again, before they become dead letters`,
  expected: "MAX_ROW_BYTES of no more than that",
  remedy: `set MAX_ROW_BYTES=${size}`
})

const tightBatch = (size: number): Problem => ({
  severity: "warning",
  found: `the servers refuse batches of more than ${size} bytes (batch_size_fail_threshold), and those of several rows have up to ${2 * batchBytesMax}`,
  expected: "50KiB, as it is unless set",
  remedy: "set `batch_size_fail_threshold: 50KiB` in cassandra.yaml of every node"
})

const consistencyTaken: Check<ClusterReading> = {
  code: "CF-404",
  group: "cassandra",
  title: "no guardrail refuses the consistency of reads and writes",
  worst: "fatal",
  remedy: "another `CASSANDRA_CONSISTENCY`, or the guardrail without it",
  needs: [],
  judge: (read) => {
    const { consistency, localQuorumTable } = read.plan
    const wanted = [...new Set([consistency, ...(localQuorumTable === undefined ? [] : ["LOCAL_QUORUM"])])]
    return whenGuarded(read, (settings) =>
      ["read", "write"].flatMap((kind) => {
        const setting = `${kind}_consistency_levels_disallowed`
        const refused = new Set((settings.get(setting) ?? "").match(/\w+/g) ?? [])
        return wanted
          .filter((level) => refused.has(level))
          .map(
            (level): Problem => ({
              severity: "fatal",
              found: `the servers refuse to ${kind} at ${level} (${setting})`,
              expected: `that ${level} is allowed`,
              remedy: `set CASSANDRA_CONSISTENCY to another level, or take ${level} out of \`${setting}\` in cassandra.yaml of every node`
            })
          )
      })
    )
  }
}

const clocksAgree: Check<ClusterReading> = {
  code: "CF-405",
  group: "cassandra",
  title: `the clock of the node that answers is within ${clockOffsetMillis} ms of this one's`,
  worst: "warning",
  remedy: "synchronise the clocks, as by chrony",
  needs: [],
  judge: ({ clock }) =>
    whenRead(clock, ({ millis, uncertaintyMillis }): Judgement => {
      const text = `${Math.abs(Math.round(millis))} ms ${millis < 0 ? "behind" : "ahead"} (± ${Math.ceil(uncertaintyMillis)} ms)`
      if (Math.abs(millis) - uncertaintyMillis <= clockOffsetMillis) return { shows: text }
      return [
        {
          severity: "warning",
          found: `the clock of the node that answered is ${text}: rows of the progress table live shorter or longer, and a delete may hide what is published after it`,
          expected: `less than ${clockOffsetMillis} ms`,
          remedy:
            "synchronise the clocks of the nodes and of this machine: `chronyc tracking` shows each one's"
        }
      ]
    })
}

const versionsFit: Check<ClusterReading> = {
  code: "CF-406",
  group: "cassandra",
  title: `all nodes have one version of Cassandra, ${oldestCassandra}.0 or later`,
  worst: "warning",
  remedy: "upgrade the nodes that are behind",
  needs: [],
  judge: ({ nodes }) => {
    const versions = [...new Set(nodes.flatMap(({ releaseVersion }) => releaseVersion ?? []))].sort()
    if (versions.length === 0) return { notMade: "the driver does not know the nodes' versions" }
    const old = versions.filter((version) => Number.parseInt(version, 10) < oldestCassandra)
    const found =
      old.length > 0
        ? `nodes have version ${old.join(", ")}, on which Counterfoil was never tried`
        : `nodes have different versions: ${versions.join(", ")}`
    if (old.length === 0 && versions.length === 1) return { shows: versions[0] ?? "" }
    return [
      {
        severity: "warning",
        found,
        expected: `one version, ${oldestCassandra}.0 or later`,
        remedy: `upgrade ${nodesOf(nodes, ({ releaseVersion }) => releaseVersion !== versions.at(-1) || old.length > 0)}`
      }
    ]
  }
}

const nodesUp: Check<ClusterReading> = {
  code: "CF-407",
  group: "cassandra",
  title: "the nodes of the local data centre are up",
  worst: "warning",
  remedy: "start them; `nodetool status` shows their state",
  needs: [],
  judge: ({ nodes, plan }) => {
    // Nodes of other data centres are never connected to.
    const local = nodes.filter(
      ({ dataCenter }) => plan.localDataCenter === undefined || dataCenter === plan.localDataCenter
    )
    const isDown = ({ isUp }: Node) => !isUp
    if (!local.some(isDown)) return { shows: `${local.length}` }
    return [
      {
        severity: "warning",
        found: `of ${local.length} nodes ${local.filter(isDown).length} cannot be reached: ${nodesOf(local, isDown)}`,
        expected: "all of them",
        remedy: "start them, or open the way to them: `nodetool status` shows their state"
      }
    ]
  }
}

const nodesOf = (nodes: ReadonlyArray<Node>, isMeant: (node: Node) => boolean): string =>
  nodes
    .filter(isMeant)
    .map(({ address }) => address)
    .join(", ")

/** The checks of a cluster that is connected. */
export const clusterChecks: ReadonlyArray<Check<ClusterReading>> = [
  ...cassandraChecks,
  sizesTaken,
  consistencyTaken,
  clocksAgree,
  versionsFit,
  nodesUp
]

/** Judges what was read. Pure. */
export const judgeCluster = (read: ClusterReading): ReadonlyArray<CheckResult> => judge(clusterChecks, read)

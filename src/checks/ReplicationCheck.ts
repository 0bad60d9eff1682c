/** Checks that there are nodes for the copies that a keyspace keeps. */
import { Result } from "effect"
import type { Consistency } from "../cassandra/CassandraSettings.ts"
import type { KeyspaceReplication } from "../cassandra/TableSchema.ts"
import type { CassandraReading } from "./CassandraReading.ts"
import { type Check, isFatal, type Judgement, type Problem, problemsIn } from "./Check.ts"
import { identifier } from "./Cql.ts"
import { notMade } from "./Reading.ts"

/** The check of a keyspace's replication. */
export const replicationCheck: Check<CassandraReading> = {
  code: "CF-206",
  group: "cassandra",
  title: "there are nodes for the copies that the keyspace keeps",
  worst: "fatal",
  remedy: "add nodes, or `ALTER KEYSPACE … WITH replication = …`",
  needs: [],
  judge: ({ nodes, plan, replication }) => {
    if (Result.isFailure(replication)) return notMade(replication.failure)
    const kept = replication.success
    if (kept === undefined) return { notMade: `keyspace ${plan.keyspace} is not listed` }
    const counts = new Map<string, number>()
    for (const { dataCenter } of nodes) {
      if (dataCenter !== undefined) counts.set(dataCenter, (counts.get(dataCenter) ?? 0) + 1)
    }
    if (counts.size === 0) return { notMade: "the driver does not know the nodes" }
    const judged = wantedBy(plan).map((wanted) => judgeCopies(kept, counts, plan, wanted))
    return judged.find((judgement) => problemsIn(judgement).some(isFatal)) ?? judged[0] ?? []
  }
}

type Plan = CassandraReading["plan"]

/** A consistency that must be reached, and who asks for it. */
interface Wanted {
  readonly consistency: Consistency
  readonly name: string
}

const wantedBy = ({ consistency, localQuorumTable }: Plan): ReadonlyArray<Wanted> => [
  { consistency, name: `CASSANDRA_CONSISTENCY=${consistency}` },
  ...(localQuorumTable === undefined
    ? []
    : [{ consistency: "LOCAL_QUORUM", name: `${localQuorumTable}'s LOCAL_QUORUM` } as const])
]

const judgeCopies = (
  { factors, strategy }: KeyspaceReplication,
  nodes: ReadonlyMap<string, number>,
  plan: Plan,
  wanted: Wanted
): Judgement => {
  const { consistency } = wanted
  if (strategy === "SimpleStrategy") {
    const all = [...nodes.values()].reduce((sum, count) => sum + count, 0)
    const place: Place = { where: "the cluster", copies: factors["replication_factor"] ?? 0, nodes: all }
    return [...shortOfNodes([place], needed(consistency, [place]), plan, wanted), ...asOne(nodes, plan)]
  }
  if (strategy !== "NetworkTopologyStrategy") return []
  const places = Object.entries(factors).map(
    ([name, copies]): Place => ({ where: `data centre ${name}`, name, copies, nodes: nodes.get(name) ?? 0 })
  )
  if (!consistency.startsWith("LOCAL_"))
    return shortOfNodes(places, needed(consistency, places), plan, wanted)
  if (plan.localDataCenter === undefined)
    return { notMade: "a secure bundle says which data centre is asked" }
  const local = places.find(({ name }) => name === plan.localDataCenter)
  if (local === undefined || local.copies === 0) return [noLocalCopy(plan.localDataCenter, plan, wanted)]
  const others = places.filter((place) => place !== local)
  return [
    ...shortOfNodes([local], needed(consistency, [local]), plan, wanted),
    ...shortOfNodes(others, 0, plan, wanted)
  ]
}

/** Where copies are kept together. */
interface Place {
  readonly where: string
  readonly name?: string
  readonly copies: number
  readonly nodes: number
}

/** How many copies must answer, of these places together. */
const needed = (consistency: Consistency, places: ReadonlyArray<Place>): number => {
  const copies = places.reduce((sum, place) => sum + place.copies, 0)
  switch (consistency) {
    case "ONE":
    case "LOCAL_ONE":
      return 1
    case "TWO":
      return 2
    case "THREE":
      return 3
    case "QUORUM":
    case "LOCAL_QUORUM":
      return quorum(copies)
    case "EACH_QUORUM":
      return places.reduce((sum, place) => sum + quorum(place.copies), 0)
    case "ALL":
      return copies
  }
}

const quorum = (copies: number): number => Math.floor(copies / 2) + 1

const shortOfNodes = (
  places: ReadonlyArray<Place>,
  needed: number,
  plan: Plan,
  { consistency, name }: Wanted
): ReadonlyArray<Problem> => {
  const possible = places.reduce((sum, { copies, nodes }) => sum + Math.min(copies, nodes), 0)
  const isEachServed =
    consistency !== "EACH_QUORUM" || places.every(({ copies, nodes }) => nodes >= quorum(copies))
  const canAnswer = possible >= needed && (needed === 0 || isEachServed)
  return places
    .filter(({ copies, nodes }) => copies > nodes)
    .map(({ copies, nodes, where }): Problem => {
      const many = `keyspace ${plan.keyspace} keeps ${copies} copies in ${where}, which has ${nodes} ${nodes === 1 ? "node" : "nodes"}`
      return {
        severity: canAnswer ? "warning" : "fatal",
        found: canAnswer ? many : `${many}: ${name} can never be reached`,
        expected: "no more copies than nodes",
        remedy: `add nodes, or ALTER KEYSPACE ${identifier(plan.keyspace)} WITH replication = … with fewer copies there`
      }
    })
}

const noLocalCopy = (dataCenter: string, { keyspace }: Plan, { name }: Wanted): Problem => ({
  severity: "fatal",
  found: `keyspace ${keyspace} keeps no copy in data centre ${dataCenter}: ${name} can never be reached`,
  expected: "copies in the data centre of CASSANDRA_LOCAL_DATACENTER",
  remedy: `ALTER KEYSPACE ${identifier(keyspace)} WITH replication = … with copies in '${dataCenter}', then \`nodetool rebuild\` there`
})

const asOne = (nodes: ReadonlyMap<string, number>, { keyspace }: Plan): ReadonlyArray<Problem> => {
  const names = [...nodes.keys()].sort()
  if (names.length < 2) return []
  return [
    {
      severity: "warning",
      found: `keyspace ${keyspace} has SimpleStrategy, which spreads copies over the data centres ${names.join(", ")} as over one`,
      expected: "NetworkTopologyStrategy, with the copies of each data centre",
      remedy: `ALTER KEYSPACE ${identifier(keyspace)} WITH replication = {'class': 'NetworkTopologyStrategy', ${names.map((name) => `'${name}': 3`).join(", ")}}, then \`nodetool repair\``
    }
  ]
}

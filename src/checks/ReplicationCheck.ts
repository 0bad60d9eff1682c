/** Checks that there are nodes for the copies that a keyspace keeps. */
import { Result } from "effect"
import type { Consistency } from "../cassandra/CassandraSettings.ts"
import type { KeyspaceReplication } from "../cassandra/TableSchema.ts"
import type { CassandraReading } from "./CassandraReading.ts"
import type { Check, Judgement, Problem } from "./Check.ts"
import { identifier } from "./Cql.ts"
import { notMade } from "./SchemaChecks.ts"

/** The check of a keyspace's replication. */
export const replicationCheck: Check<CassandraReading> = {
  code: "CF-206",
  group: "schema",
  title: "there are nodes for the copies that the keyspace keeps",
  needs: [],
  judge: ({ nodes, plan, replication }) => {
    if (Result.isFailure(replication)) return notMade(replication.failure)
    if (replication.success === undefined) return { notMade: `keyspace ${plan.keyspace} is not listed` }
    const counts = new Map<string, number>()
    for (const { dataCenter } of nodes) {
      if (dataCenter !== undefined) counts.set(dataCenter, (counts.get(dataCenter) ?? 0) + 1)
    }
    if (counts.size === 0) return { notMade: "the driver does not know the nodes" }
    const problems = judgeCopies(replication.success, counts, plan)
    if (!plan.needsLocalQuorum || "notMade" in problems || problems.some(isFatal)) return problems
    // The progress table is written and read so, whatever the facts are.
    const ofProgress = judgeCopies(replication.success, counts, { ...plan, consistency: "LOCAL_QUORUM" })
    if ("notMade" in ofProgress || !ofProgress.some(isFatal)) return problems
    return ofProgress.map((problem) => ({
      ...problem,
      found: problem.found.replace("CASSANDRA_CONSISTENCY=", "counterfoil_progress's ")
    }))
  }
}

const isFatal = ({ severity }: Problem): boolean => severity === "fatal"

type Plan = CassandraReading["plan"]

const judgeCopies = (
  { factors, strategy }: KeyspaceReplication,
  nodes: ReadonlyMap<string, number>,
  plan: Plan
): Judgement => {
  if (strategy === "SimpleStrategy") {
    const all = [...nodes.values()].reduce((sum, count) => sum + count, 0)
    const place: Place = { where: "the cluster", copies: factors["replication_factor"] ?? 0, nodes: all }
    return [...shortOfNodes([place], needed(plan.consistency, [place]), plan), ...asOne(nodes, plan)]
  }
  if (strategy !== "NetworkTopologyStrategy") return []
  const places = Object.entries(factors).map(
    ([name, copies]): Place => ({ where: `data centre ${name}`, name, copies, nodes: nodes.get(name) ?? 0 })
  )
  if (!plan.consistency.startsWith("LOCAL_"))
    return shortOfNodes(places, needed(plan.consistency, places), plan)
  if (plan.localDataCenter === undefined)
    return { notMade: "a secure bundle says which data centre is asked" }
  const local = places.find(({ name }) => name === plan.localDataCenter)
  if (local === undefined || local.copies === 0) return [noLocalCopy(plan.localDataCenter, plan)]
  const others = places.filter((place) => place !== local)
  return [...shortOfNodes([local], needed(plan.consistency, [local]), plan), ...shortOfNodes(others, 0, plan)]
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

const shortOfNodes = (places: ReadonlyArray<Place>, needed: number, plan: Plan): ReadonlyArray<Problem> => {
  const possible = places.reduce((sum, { copies, nodes }) => sum + Math.min(copies, nodes), 0)
  const isEachServed =
    plan.consistency !== "EACH_QUORUM" || places.every(({ copies, nodes }) => nodes >= quorum(copies))
  const canAnswer = possible >= needed && (needed === 0 || isEachServed)
  return places
    .filter(({ copies, nodes }) => copies > nodes)
    .map(({ copies, nodes, where }): Problem => {
      const many = `keyspace ${plan.keyspace} keeps ${copies} copies in ${where}, which has ${nodes} ${nodes === 1 ? "node" : "nodes"}`
      return {
        severity: canAnswer ? "warning" : "fatal",
        found: canAnswer ? many : `${many}: CASSANDRA_CONSISTENCY=${plan.consistency} can never be reached`,
        expected: "no more copies than nodes",
        remedy: `add nodes, or ALTER KEYSPACE ${identifier(plan.keyspace)} WITH replication = … with fewer copies there`
      }
    })
}

const noLocalCopy = (dataCenter: string, { consistency, keyspace }: Plan): Problem => ({
  severity: "fatal",
  found: `keyspace ${keyspace} keeps no copy in data centre ${dataCenter}: CASSANDRA_CONSISTENCY=${consistency} can never be reached`,
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

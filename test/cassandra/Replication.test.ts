import { assert, describe, it } from "@effect/vitest"
import { MigrationRefused } from "../../src/cassandra/MigrationRefused.ts"
import { type Replication, replicationObjection } from "../../src/cassandra/Migrator.ts"

const simple = (factor: number): Replication => ({ _tag: "Simple", factor })
const perDataCenter: Replication = { _tag: "PerDataCenter", factors: { dc1: 1 } }

const nodes = (...dataCenters: ReadonlyArray<string | undefined>) =>
  dataCenters.map((dataCenter) => ({ dataCenter }))

describe("the replication that a keyspace is created with", () => {
  it.each<[what: string, Replication, ReadonlyArray<string | undefined>, string]>([
    ["one copy on one node", simple(1), ["dc1"], ""],
    ["three copies in one data centre", simple(3), ["dc1", "dc1", "dc1"], ""],
    ["one copy on several nodes", simple(1), ["dc1", "dc1"], "the cluster has 2 nodes"],
    ["a number alone for two data centres", simple(3), ["dc2", "dc1", "dc2"], "the data centres dc1, dc2,"],
    ["one copy in two data centres", simple(1), ["dc1", "dc2"], "the data centres dc1, dc2,"],
    ["a number for each data centre", perDataCenter, ["dc1", "dc2"], ""],
    ["nodes whose data centre is not known", simple(3), [undefined, "dc1"], ""]
  ])("is judged: %s", (_, replication, dataCenters, objection) => {
    const reason = replicationObjection(replication, nodes(...dataCenters))
    const message = reason === undefined ? "" : new MigrationRefused({ reason }).message
    assert.strictEqual(message === "", objection === "")
    assert.include(message, objection)
  })
})

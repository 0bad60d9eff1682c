import { describe, expect, it } from "vitest"
import type { Replication } from "../../../src/cassandra/Migrator.ts"
import { replicationNote } from "../../../src/cli/commands/KeyspaceReplication.ts"

const one: Replication = { _tag: "Simple", factor: 1 }
const three: Replication = { _tag: "PerDataCenter", factors: { dc1: 3, dc2: 2 } }

const simple = { class: "org.apache.cassandra.locator.SimpleStrategy", replication_factor: "1" }
const network = { class: "org.apache.cassandra.locator.NetworkTopologyStrategy", dc2: "2", dc1: "3" }

describe("the replication of a keyspace that exists", () => {
  it.each([
    [one, simple],
    [three, network]
  ])("is not mentioned where it is as asked for", (wanted, actual) => {
    expect(replicationNote("ks", wanted, actual)).toBeUndefined()
  })

  it("is told where something else was asked for, with what changes it", () => {
    expect(replicationNote("ks", three, simple)).toBe(
      "replication of keyspace ks stays {'class': 'SimpleStrategy', 'replication_factor': '1'}: CASSANDRA_REPLICATION " +
        "applies only when the keyspace is created; ALTER KEYSPACE changes it"
    )
  })

  it.each([
    [one, network],
    [{ _tag: "PerDataCenter", factors: { dc1: 3 } } satisfies Replication, network],
    [{ _tag: "PerDataCenter", factors: { dc1: 3, dc2: 1 } } satisfies Replication, network],
    [{ _tag: "Simple", factor: 3 } satisfies Replication, simple],
    [{ _tag: "PerDataCenter", factors: { replication_factor: 1 } } satisfies Replication, simple]
  ])("differs in its class, in a data centre or in a number", (wanted, actual) => {
    expect(replicationNote("ks", wanted, actual)).toContain("stays")
  })
})

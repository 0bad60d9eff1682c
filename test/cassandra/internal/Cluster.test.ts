import { assert, describe, it } from "@effect/vitest"
import type { Client, Host } from "cassandra-driver"
import { makeCluster } from "../../../src/cassandra/internal/Cluster.ts"
import type { RoutedOptions } from "../../../src/cassandra/internal/CoordinatorFirst.ts"

const statement = { query: "SELECT key FROM t", params: [] }

/** A cluster of so many hosts, whose connections and answers a test sets. */
const clusterOf = (count: number) => {
  const hosts = Array.from({ length: count }, (_, at) => {
    const host = {
      address: `host ${at + 1}`,
      datacenter: "here",
      connections: 1,
      up: true,
      isUp: () => host.up
    }
    return host
  })
  const clock = { now: 1_000 }
  const asked: Array<RoutedOptions> = []
  const client = {
    hosts: {
      length: count,
      forEach: (each: (host: Host) => void) => {
        for (const host of hosts) each(host as unknown as Host)
      }
    },
    on: () => {},
    getReplicas: () => hosts,
    getState: () => ({ getOpenConnections: (host: { readonly connections: number }) => host.connections }),
    execute: (_: string, __: unknown, options: RoutedOptions) => {
      asked.push(options)
      return Promise.resolve({ rows: [], info: { queriedHost: options.coordinator?.address } })
    }
  } as unknown as Client
  const cluster = makeCluster(
    client,
    { keyspace: "k", localDataCenter: "here" },
    {
      loadOf: new WeakMap(),
      login: unrefused,
      codes: consistencyNumbers,
      now: () => clock.now,
      random: () => 0
    }
  )
  return { cluster, hosts, clock, asked }
}

const consistencyNumbers = {
  ONE: 1,
  TWO: 2,
  THREE: 3,
  QUORUM: 4,
  ALL: 5,
  LOCAL_QUORUM: 6,
  EACH_QUORUM: 7,
  LOCAL_ONE: 10
}

const unrefused = { heard: () => {}, explained: (cause: unknown) => cause }

describe("a cluster", () => {
  it("of one host is asked without anything of the choice among hosts", async () => {
    const { asked, cluster } = clusterOf(1)
    assert.isUndefined(cluster.replicasOf(() => assert.fail("a key is made")))
    await cluster.execute(statement, {}, 0)
    assert.deepStrictEqual(asked, [{}])
  })

  it("of several is asked at a host that holds the rows, each statement by itself", async () => {
    const { asked, clock, cluster } = clusterOf(3)
    const replicas = cluster.replicasOf(() => Buffer.alloc(8))
    await cluster.execute(statement, { replicas }, clock.now)
    await cluster.execute(statement, { pageSize: 5 }, clock.now)
    const page = await cluster.execute(statement, { replicas: cluster.coordinators().slice(2) }, clock.now)
    assert.deepStrictEqual(
      asked.map(({ coordinator }) => coordinator?.address),
      ["host 1", "host 1", "host 3"]
    )
    assert.strictEqual(page.coordinator, "host 3")
  })

  it("[G4] is disconnected when no host has a connection, and when one counts as up without", () => {
    const { cluster, hosts } = clusterOf(2)
    const states = [
      [1, 1, true],
      // One is down, as the driver knows.
      [0, 1, false],
      [0, 0, false],
      [0, 1, true]
    ] as const
    const [one, two] = hosts
    const seen = states.map(([first, second, isUp]) => {
      Object.assign(one ?? {}, { connections: first, up: isUp })
      Object.assign(two ?? {}, { connections: second })
      return cluster.isDisconnected()
    })
    assert.deepStrictEqual(seen, [false, false, true, true])
  })

  it("[G4] names the hosts that cannot be asked, and for how long", () => {
    const { clock, cluster, hosts } = clusterOf(3)
    Object.assign(hosts[1] ?? {}, { up: false })
    cluster.watch()
    clock.now += 2_500
    cluster.watch()
    assert.deepStrictEqual(cluster.silentHosts(), [{ address: "host 2", millis: 2_500, isConnected: false }])
    assert.deepStrictEqual(
      cluster.coordinators().map(({ address }) => address),
      ["host 1", "host 3"]
    )
    Object.assign(hosts[1] ?? {}, { up: true })
    cluster.watch()
    assert.deepStrictEqual(cluster.silentHosts(), [])
  })
})

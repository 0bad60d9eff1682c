import { EventEmitter } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import type { Host } from "cassandra-driver"
import { isUsable } from "../../../src/cassandra/internal/HostLoad.ts"
import { type HostsOfClient, localHosts } from "../../../src/cassandra/internal/LocalHosts.ts"

const host = (address: string, datacenter = "here") => ({ address, datacenter, isUp: () => true }) as Host

const one = host("one")
const two = host("two")
const three = host("three")
const far = host("far", "there")

/** A client of these hosts; the ranges of its ring are named by the first byte of the key. */
const clientOf = (hosts: ReadonlyArray<Host>, ranges: ReadonlyArray<ReadonlyArray<Host>>) => {
  const client = Object.assign(new EventEmitter(), {
    hosts: hosts as unknown as HostsOfClient["hosts"],
    getReplicas: (_: string, key: Buffer) => ranges[key[0] ?? 0] as Array<Host>
  })
  const known = localHosts(client as unknown as HostsOfClient, "here")
  const replicasOf = (range: number) => known.replicasOf("k", Buffer.from([range]))
  const addressesOf = (range: number) => replicasOf(range)?.map(({ host }) => host.address)
  return { client, known, replicasOf, addressesOf }
}

describe("localHosts", () => {
  it("names the hosts of the local data centre that hold a partition, and undefined where none does", () => {
    const { addressesOf } = clientOf([one, two, far], [[one, far], [far]])
    assert.deepStrictEqual(addressesOf(0), ["one"])
    assert.isUndefined(addressesOf(1))
  })

  it("gives the same array for the same hosts, in whichever order the ring has them", () => {
    const { replicasOf } = clientOf(
      [one, two, three],
      [
        [one, two],
        [two, one],
        [two, three]
      ]
    )
    assert.isDefined(replicasOf(0))
    assert.strictEqual(replicasOf(0), replicasOf(1))
    assert.notStrictEqual(replicasOf(0), replicasOf(2))
  })

  it("follows hosts that come, and uses none that has left, though the ring still names it", () => {
    const { addressesOf, client, replicasOf } = clientOf([one, two], [[one, two, three]])
    const before = replicasOf(0) ?? []
    client.emit("hostAdd", three)
    client.emit("hostRemove", one)
    assert.deepStrictEqual(addressesOf(0), ["two", "three"])
    assert.deepStrictEqual(before.map(isUsable), [false, true])
  })

  it("uses none of its hosts once the client is retired", () => {
    const { known, replicasOf } = clientOf([one, two], [[one, two]])
    const before = replicasOf(0) ?? []
    known.retire()
    assert.deepStrictEqual(before.map(isUsable), [false, false])
    assert.isUndefined(replicasOf(0))
  })
})

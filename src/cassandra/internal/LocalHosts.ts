/** The hosts of the local data centre, and which of them hold a partition. */
import type { Client, Host } from "cassandra-driver"
import { type HostLoad, newHostLoad } from "./HostLoad.ts"

/** Hosts that hold the same partitions. **Guarantee**: the same array for the same hosts, until the cluster changes. */
export type Replicas = ReadonlyArray<HostLoad>

/** The hosts of the local data centre of a connected client. */
export interface LocalHosts {
  readonly all: () => Replicas
  /** The local hosts that hold this partition; undefined where none does, or it is not known. */
  readonly replicasOf: (keyspace: string, partitionKey: Buffer) => Replicas | undefined
  /** None of them may be asked any more. */
  readonly retire: () => void
}

/** What is needed of the driver's client. */
export type HostsOfClient = Pick<Client, "hosts" | "on" | "getReplicas">

/** Follows the hosts of a client as they come and go; `loadOf` has each host of any client. */
export const localHosts = (
  client: HostsOfClient,
  dataCenter: string,
  loadOf: WeakMap<Host, HostLoad> = new WeakMap()
): LocalHosts => {
  const loads = new Map<Host, HostLoad>()
  let all: Replicas = []
  let ofRange = new WeakMap<ReadonlyArray<Host>, Replicas>()
  let bySet = new Map<string, Replicas>()

  const changed = (): void => {
    all = [...loads.values()].filter(({ host }) => host.datacenter === dataCenter)
    ofRange = new WeakMap()
    bySet = new Map()
  }
  const remove = (host: Host): void => {
    const load = loads.get(host)
    if (load !== undefined) load.isGone = true
    loads.delete(host)
    changed()
  }
  const add = (host: Host): void => {
    const load = newHostLoad(host)
    loads.set(host, load)
    loadOf.set(host, load)
    changed()
  }
  client.hosts.forEach(add)
  client.on("hostAdd", add)
  client.on("hostRemove", remove)

  /** The driver has one array for each range of the ring, and in each its own order. */
  const setOf = (ofDriver: ReadonlyArray<Host>): Replicas => {
    const hosts = all.filter(({ host }) => ofDriver.includes(host))
    const key = hosts.map(({ address }) => address).join()
    const known = bySet.get(key) ?? hosts
    bySet.set(key, known)
    ofRange.set(ofDriver, known)
    return known
  }

  return {
    all: () => all,
    replicasOf: (keyspace, partitionKey) => {
      // Null while the cluster's metadata is not known; the driver's types do not say so.
      const ofDriver: ReadonlyArray<Host> | null | undefined = client.getReplicas(keyspace, partitionKey)
      if (ofDriver === null || ofDriver === undefined) return undefined
      const replicas = ofRange.get(ofDriver) ?? setOf(ofDriver)
      return replicas.length === 0 ? undefined : replicas
    },
    retire: () => {
      for (const host of [...loads.keys()]) remove(host)
    }
  }
}

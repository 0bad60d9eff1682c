import { assert, describe, it } from "@effect/vitest"
import driver, { type Client, type ExecutionOptions, type Host, type HostMap } from "cassandra-driver"
import { coordinatorFirst, type RoutedOptions } from "../../../src/cassandra/internal/CoordinatorFirst.ts"

const host = (address: string, datacenter = "here") => ({
  address,
  datacenter,
  isUp: () => true,
  isUpSince: null,
  getInFlight: () => 0,
  getResponseCount: () => 100
})
const hosts = [host("1"), host("2"), host("3"), host("elsewhere", "there")]

/** The hosts tried for a request, one by one. */
const hostsTriedFor = (
  options: RoutedOptions | null,
  among: ReadonlyArray<object> = hosts,
  getRoutingKey = (): Buffer | undefined => undefined
): Iterator<Host> => {
  const policy = coordinatorFirst(driver)
  const client = { options: { localDataCenter: "here" } } as unknown as Client
  const known = { on: () => {}, values: () => among, length: among.length }
  policy.init(client, known as unknown as HostMap, () => {})
  const execution = options === null ? null : executionOf(options, getRoutingKey)
  let plan: Iterator<Host> = [].values()
  policy.newQueryPlan("k", execution as unknown as ExecutionOptions, (_, iterator) => {
    plan = iterator
  })
  return plan
}

/** The addresses tried for a request, in their order. */
const planFor = (options: RoutedOptions | null): ReadonlyArray<string> =>
  [...{ [Symbol.iterator]: () => hostsTriedFor(options) }].map((one) => one.address)

const executionOf = (options: RoutedOptions, getRoutingKey: () => Buffer | undefined) => ({
  getRoutingKey,
  getKeyspace: () => undefined,
  getPreferredHost: () => null,
  getRawQueryOptions: () => options
})

const unasked = (): never => assert.fail("the key's replicas were looked up")

describe("coordinatorFirst", () => {
  it.each(["1", "2", "3"])("tries host %s first, and each other local one once after it", (address) => {
    const plan = planFor({ coordinator: hosts.find((one) => one.address === address) as unknown as Host })
    assert.strictEqual(plan[0], address)
    assert.sameMembers([...plan], ["1", "2", "3"])
  })

  it("leaves the driver's plan as it is for other requests, and for its preparing", () => {
    assert.sameMembers([...planFor({})], ["1", "2", "3"])
    assert.sameMembers([...planFor(null)], ["1", "2", "3"])
  })

  it("looks no replicas up while the given host answers", () => {
    const coordinator = hosts[1] as unknown as Host
    assert.strictEqual(hostsTriedFor({ coordinator }, hosts, unasked).next().value?.address, "2")
  })

  it("looks no replicas up where there is one host", () => {
    assert.strictEqual(hostsTriedFor({}, hosts.slice(0, 1), unasked).next().value?.address, "1")
  })
})

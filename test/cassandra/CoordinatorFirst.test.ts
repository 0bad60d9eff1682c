import { assert, describe, it } from "@effect/vitest"
import driver, { type Client, type ExecutionOptions, type Host, type HostMap } from "cassandra-driver"
import { coordinatorFirst, type RoutedOptions } from "../../src/cassandra/CoordinatorFirst.ts"

const host = (address: string, datacenter = "here") => ({
  address,
  datacenter,
  isUp: () => true,
  isUpSince: null,
  getInFlight: () => 0,
  getResponseCount: () => 100
})
const hosts = [host("1"), host("2"), host("3"), host("elsewhere", "there")]

/** The addresses tried for a request, in their order. */
const planFor = (options: RoutedOptions | null): ReadonlyArray<string> => {
  const policy = coordinatorFirst(driver)
  const client = { options: { localDataCenter: "here" } } as unknown as Client
  policy.init(client, { on: () => {}, values: () => hosts } as unknown as HostMap, () => {})
  const execution = options === null ? null : executionOf(options)
  let plan: ReadonlyArray<Host> = []
  policy.newQueryPlan("k", execution as unknown as ExecutionOptions, (_, iterator) => {
    plan = [...{ [Symbol.iterator]: () => iterator }]
  })
  return plan.map((one) => one.address)
}

const executionOf = (options: RoutedOptions) => ({
  getRoutingKey: () => undefined,
  getKeyspace: () => undefined,
  getPreferredHost: () => null,
  getRawQueryOptions: () => options
})

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
})

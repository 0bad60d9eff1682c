import { assert, describe, it } from "@effect/vitest"
import driver, { type Client, type ExecutionOptions, type Host, type HostMap } from "cassandra-driver"
import {
  coordinatorFirst,
  type IsResponsive,
  type RoutedOptions,
  retryUnlessSuperseded
} from "../../../src/cassandra/internal/CoordinatorFirst.ts"

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
  getRoutingKey = (): Buffer | undefined => undefined,
  isResponsive?: IsResponsive
): Iterator<Host> => {
  const policy = coordinatorFirst(driver, isResponsive)
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

  it.each(["1", "2", "3"])(
    "[G4] prepares on no host that does not answer, while another does: %s",
    (silent) => {
      const plan = hostsTriedFor(null, hosts, unasked, ({ address }) => address !== silent)
      const order = [...{ [Symbol.iterator]: () => plan }].map(({ address }) => address)
      assert.strictEqual(order.at(-1), silent)
      assert.sameMembers(order, ["1", "2", "3"])
    }
  )
})

describe("retryUnlessSuperseded", () => {
  const { retryDecision } = driver.policies.retry.RetryPolicy as unknown as {
    readonly retryDecision: { readonly rethrow: number; readonly retry: number }
  }
  const decisionFor = (options: RoutedOptions) =>
    retryUnlessSuperseded(driver).onRequestError(
      { query: "q", nbRetry: 0, executionOptions: executionOf(options, unasked) } as never,
      driver.types.consistencies.localQuorum,
      new Error("no answer")
    ).decision

  it("[G4] goes on to the next host, but not where the request was sent elsewhere already", () => {
    assert.strictEqual(decisionFor({}), retryDecision.retry)
    assert.strictEqual(decisionFor({ attempt: { isSuperseded: false } }), retryDecision.retry)
    assert.strictEqual(decisionFor({ attempt: { isSuperseded: true } }), retryDecision.rethrow)
  })
})

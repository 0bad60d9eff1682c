/** A load-balancing policy: the host that the caller chose first, then the driver's own query plan. */
import type { Client, ExecutionOptions, Host, HostMap, policies, QueryOptions } from "cassandra-driver"
import type { Driver } from "./Driver.ts"

/** The driver's options of one request, with the host to try first. */
export interface RoutedOptions extends QueryOptions {
  readonly coordinator?: Host | undefined
}

/**
 * The driver's default load balancing, with {@link RoutedOptions.coordinator} before all others.
 *
 * The driver routes a batch by its first row only, to any of that row's replicas; and its option `host` leaves no
 * other host to fall back to. Its own plan is made only when it is needed: that costs a hash of the partition key.
 */
export const coordinatorFirst = (driver: Driver): policies.loadBalancing.LoadBalancingPolicy => {
  class CoordinatorFirst extends driver.policies.loadBalancing.DefaultLoadBalancingPolicy {
    #hosts: HostMap | undefined

    override init(client: Client, hosts: HostMap, callback: (error: Error) => void): void {
      this.#hosts = hosts
      super.init(client, hosts, callback)
    }

    override newQueryPlan(
      keyspace: string,
      // The driver passes null when it prepares.
      options: ExecutionOptions | null,
      callback: (error: Error, hosts: Iterator<Host>) => void
    ): void {
      const coordinator = (options?.getRawQueryOptions() as RoutedOptions | undefined)?.coordinator
      if (coordinator !== undefined) {
        callback(
          noError,
          startingWith(coordinator, () => this.#ownPlan(keyspace, options))
        )
      } else {
        // With one host there is nothing to route, and the look-up alone costs.
        const routed = this.#hosts?.length === 1 ? null : options
        super.newQueryPlan(keyspace, routed as ExecutionOptions, callback)
      }
    }

    #ownPlan(keyspace: string, options: ExecutionOptions | null): Iterator<Host> | undefined {
      let plan: Iterator<Host> | undefined
      super.newQueryPlan(keyspace, options as ExecutionOptions, (_, hosts) => {
        plan = hosts
      })
      return plan
    }
  }
  return new CoordinatorFirst()
}

function* startingWith(first: Host, others: () => Iterator<Host> | undefined): Iterator<Host> {
  yield first
  const hosts = others()
  if (hosts === undefined) return
  for (let next = hosts.next(); next.done !== true; next = hosts.next()) {
    if (next.value !== first) yield next.value
  }
}

// Null is what the driver expects; its types do not say so.
const noError = null as unknown as Error

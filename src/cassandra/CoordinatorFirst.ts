/** Sends a request to the host its caller picked, and to the driver's own choice if that one fails. */
import type { ExecutionOptions, Host, policies, QueryOptions } from "cassandra-driver"
import type { Driver } from "./Driver.ts"

/** The driver's options of one request, with the host to try first. */
export interface RoutedOptions extends QueryOptions {
  readonly coordinator?: Host | undefined
}

/**
 * The driver's load balancing, with {@link RoutedOptions.coordinator} before all others.
 *
 * The driver routes a batch by its first row only, to any of that row's replicas; and its option `host` leaves no
 * other host to fall back to.
 */
export const coordinatorFirst = (driver: Driver): policies.loadBalancing.LoadBalancingPolicy => {
  class CoordinatorFirst extends driver.policies.loadBalancing.DefaultLoadBalancingPolicy {
    override newQueryPlan(
      keyspace: string,
      // The driver passes null when it prepares.
      options: ExecutionOptions | null,
      callback: (error: Error, hosts: Iterator<Host>) => void
    ): void {
      const coordinator = (options?.getRawQueryOptions() as RoutedOptions | undefined)?.coordinator
      super.newQueryPlan(keyspace, options as ExecutionOptions, (error, hosts) =>
        callback(error, error || coordinator === undefined ? hosts : startingWith(coordinator, hosts))
      )
    }
  }
  return new CoordinatorFirst()
}

function* startingWith(first: Host, hosts: Iterator<Host>): Iterator<Host> {
  yield first
  for (let next = hosts.next(); next.done !== true; next = hosts.next()) {
    if (next.value !== first) yield next.value
  }
}

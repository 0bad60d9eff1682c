/** Policies of the driver that follow the caller's choice of hosts: the host it chose first, then the driver's own plan. */
import type { Client, ExecutionOptions, Host, HostMap, policies, QueryOptions } from "cassandra-driver"
import type { Driver } from "./Driver.ts"

/** The driver's options of one request, with the host to try first. */
export interface RoutedOptions extends QueryOptions {
  readonly coordinator?: Host | undefined
  readonly attempt?: { readonly isSuperseded: boolean } | undefined
}

/**
 * The driver's default retry policy, which goes on to the next host when one does not answer, except where that is
 * done already: a try that was superseded ends when its host is given up.
 */
export const retryUnlessSuperseded = (driver: Driver): policies.retry.RetryPolicy => {
  class RetryUnlessSuperseded extends driver.policies.retry.RetryPolicy {
    override onRequestError(
      info: policies.retry.OperationInfo,
      consistency: number,
      error: Error
    ): policies.retry.DecisionInfo {
      const { attempt } = rawOptions(info.executionOptions)
      return attempt?.isSuperseded === true
        ? this.rethrowResult()
        : super.onRequestError(info, consistency, error)
    }
  }
  return new RetryUnlessSuperseded()
}

/** Whether a host answers just now, as far as is known. */
export type IsResponsive = (host: Host) => boolean

/**
 * The driver's default load balancing, with {@link RoutedOptions.coordinator} before all others.
 *
 * The driver routes a batch by its first row only, to any of that row's replicas; and its option `host` leaves no
 * other host to fall back to. Its own plan is made only when it is needed: that costs a hash of the partition key.
 *
 * It prepares a statement where `isResponsive` says so, if anywhere: all that need the statement wait for that host.
 */
export const coordinatorFirst = (
  driver: Driver,
  isResponsive: IsResponsive = () => true
): policies.loadBalancing.LoadBalancingPolicy => {
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
      const coordinator = options === null ? undefined : rawOptions(options).coordinator
      if (coordinator !== undefined) {
        callback(
          noError,
          startingWith(coordinator, () => this.#ownPlan(keyspace, options))
        )
      } else if (this.#hosts?.length === 1) {
        // With one host there is nothing to route, and the look-up alone costs.
        super.newQueryPlan(keyspace, null as unknown as ExecutionOptions, callback)
      } else if (options === null) {
        callback(noError, responsiveFirst(this.#ownPlan(keyspace, null), isResponsive))
      } else {
        super.newQueryPlan(keyspace, options, callback)
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

const rawOptions = (options: ExecutionOptions): RoutedOptions => options.getRawQueryOptions() ?? {}

function* startingWith(first: Host, others: () => Iterator<Host> | undefined): Iterator<Host> {
  yield first
  const hosts = others()
  if (hosts === undefined) return
  for (let next = hosts.next(); next.done !== true; next = hosts.next()) {
    if (next.value !== first) yield next.value
  }
}

function* responsiveFirst(hosts: Iterator<Host> | undefined, isResponsive: IsResponsive): Iterator<Host> {
  const others: Array<Host> = []
  if (hosts === undefined) return
  for (let next = hosts.next(); next.done !== true; next = hosts.next()) {
    if (isResponsive(next.value)) yield next.value
    else others.push(next.value)
  }
  yield* others
}

// Null is what the driver expects; its types do not say so.
const noError = null as unknown as Error

/** Hosts that answer as a test says, requests to them at a steady rate, and a clock that runs as fast as it can. */
import cassandra, { type Client, type Host } from "cassandra-driver"
import { type HostLoad, isUsable } from "../../../src/cassandra/internal/HostLoad.ts"
import { watchHosts } from "../../../src/cassandra/internal/HostWatch.ts"
import { localHosts } from "../../../src/cassandra/internal/LocalHosts.ts"
import { makeRouter } from "../../../src/cassandra/internal/RoutedRequests.ts"
import { answerMillis, hostTickMillis, probeTimeoutMillis } from "../../../src/cassandra/Limits.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"

/** A host whose behaviour a test sets. */
export interface SimulatedHost {
  readonly address: string
  readonly datacenter: string
  isConnected: boolean
  readonly isUp: () => boolean
  /** How long it takes for a request. **Units**: milliseconds. */
  millis: number
  /** The code of the error with which it answers requests. */
  fails: number | undefined
  /** How long it takes for a sign of life; as `millis` if absent. */
  probeMillis: number | undefined
  /** Accepts requests from now on, and answers nothing. */
  readonly freeze: () => void
  /** Answers again, what it was asked meanwhile first. */
  readonly thaw: () => void
  /** Says something as soon as it can. */
  readonly whenAwake: (say: () => void) => void
  /** When it got requests, signs of life apart. */
  readonly requests: Array<number>
  readonly probes: Array<number>
}

/** What became of a request. **Units**: milliseconds of the simulation. */
export interface Outcome {
  readonly sentAt: number
  readonly endedAt: number
  readonly isAnswered: boolean
}

interface Event {
  readonly at: number
  readonly run: () => void
}

/** So many hosts, all of which hold everything, and what is asked of them. */
export const simulatedHosts = (count: number, seed = 1) => {
  let now = 0
  const events: Array<Event> = []
  const after = (millis: number, run: () => void): void => {
    const at = now + millis
    const place = events.findIndex((event) => event.at > at)
    events.splice(place < 0 ? events.length : place, 0, { at, run })
  }
  const hosts = Array.from({ length: count }, (_, at): SimulatedHost => {
    const held: Array<() => void> = []
    let isFrozen = false
    const host: SimulatedHost = {
      address: `host ${at + 1}`,
      datacenter: "here",
      isConnected: true,
      isUp: () => host.isConnected,
      millis: 5,
      fails: undefined,
      probeMillis: undefined,
      freeze: () => {
        isFrozen = true
      },
      thaw: () => {
        isFrozen = false
        for (const say of held.splice(0)) say()
      },
      whenAwake: (say) => (isFrozen ? void held.push(say) : say()),
      requests: [],
      probes: []
    }
    return host
  })
  const draws = new SeededRandom(seed)
  const known = localHosts(
    {
      hosts: {
        forEach: (each: (host: Host) => void) => {
          for (const host of hosts) each(host as unknown as Host)
        }
      },
      on: () => {},
      getReplicas: () => hosts
    } as unknown as Client,
    "here"
  )
  const router = makeRouter(
    known.all,
    () => now,
    () => draws.next()
  )

  /** Answers once the host is awake; the driver gives up first, if that takes long. */
  const answerOf = (host: SimulatedHost, millis: number, timeoutMillis: number) =>
    new Promise<{ info: { queriedHost: string } }>((resolve, reject) => {
      after(millis, () => host.whenAwake(() => resolve({ info: { queriedHost: host.address } })))
      after(timeoutMillis, () => reject(new cassandra.errors.OperationTimedOutError("no answer")))
    })

  const simulatedOf = (load: Pick<HostLoad, "host">) => load.host as unknown as SimulatedHost
  const outcomes: Array<Outcome> = []
  const simulation = {
    hosts,
    outcomes,
    now: () => now,
    loads: () => known.all(),
    silent: () => known.all().filter(({ silentSince }) => silentSince !== undefined),
    usable: () => known.all().filter(isUsable),
    send: (isRepeatable = true): void => {
      const sentAt = now
      const ended = (isAnswered: boolean) => () => void outcomes.push({ sentAt, endedAt: now, isAnswered })
      router
        .send(
          {
            replicas: known.replicasOf("k", Buffer.alloc(8)),
            isRepeatable,
            send: (to) => {
              const host = to as unknown as SimulatedHost | undefined
              if (host === undefined) return Promise.reject(new Error("no host"))
              host.requests.push(now)
              if (host.fails !== undefined) return Promise.reject(refusal(host.address, host.fails))
              return answerOf(host, host.millis, answerMillis)
            }
          },
          now
        )
        .then(ended(true), ended(false))
    },
    /** Lets time pass with so many requests a second; the hosts are watched all the while. */
    run: async (millis: number, perSecond: number): Promise<void> => {
      const end = now + millis
      if (perSecond > 0)
        for (let at = 0; at < millis; at += 1000 / perSecond) after(at, () => simulation.send())
      for (let at = hostTickMillis; at <= millis; at += hostTickMillis) after(at, watch)
      for (let next = events[0]; next !== undefined && next.at <= end; next = events[0]) {
        events.shift()
        now = next.at
        next.run()
        await settled()
      }
      now = end
    },
    /** This process stands still: time passes, and nothing is read or done meanwhile. */
    pause: (millis: number): void => {
      now += millis
      watch()
    }
  }
  const watch = (): void =>
    watchHosts(known.all(), {
      now: () => now,
      probe: (load) => {
        const host = simulatedOf(load)
        host.probes.push(now)
        return answerOf(host, host.probeMillis ?? host.millis, probeTimeoutMillis).then(
          () => true,
          () => false
        )
      }
    })
  return simulation
}

/** Lets every promise that can go on do so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const refusal = (coordinator: string, code: number): Error =>
  Object.assign(new cassandra.errors.ResponseError(code, "refused"), { coordinator })

/** What one host is asked, and how it answers. */
import type { Host } from "cassandra-driver"
import { latencyDecayMillis, latencyFloorMillis } from "../Limits.ts"

/** The load and the answers of one host. **Units**: milliseconds of a clock that never jumps. */
export interface HostLoad {
  /** `host:port` */
  readonly address: string
  readonly host: Host
  /** Requests sent to it that are not answered; one that was sent again elsewhere included. */
  inFlight: number
  /** The last answer, or when it was asked after nothing was in flight. */
  waitingSince: number
  /** When the newest request was sent that it has answered. */
  answeredSentAt: number
  /** Peak EWMA: a slower answer counts in full at once, and is forgotten slowly. */
  latency: number
  latencyAt: number
  /** Since when a sign of life is awaited; undefined while the host answers. */
  suspectedAt: number | undefined
  /** Since when it counts as silent; undefined while it does not. */
  silentSince: number | undefined
  /** Since when it cannot be asked, because it is silent or the driver has no connection. */
  awaySince: number | undefined
  /** When a sign of life was asked for last, and whether its answer is still awaited. */
  probedAt: number
  isProbed: boolean
  /** It has left the cluster, or the whole client was replaced. */
  isGone: boolean
  /** What waits for it and may be sent again to another host. */
  readonly unanswered: Set<Unanswered>
}

/** A request that waits for its host. */
export interface Unanswered {
  /** Sends it again to another host, if one may be asked. */
  readonly sendElsewhere: (now: number) => void
}

/** Nothing is known of it yet. */
export const newHostLoad = (host: Host): HostLoad => ({
  address: host.address,
  host,
  inFlight: 0,
  waitingSince: 0,
  answeredSentAt: Number.NEGATIVE_INFINITY,
  latency: 0,
  latencyAt: 0,
  suspectedAt: undefined,
  silentSince: undefined,
  awaySince: undefined,
  probedAt: Number.NEGATIVE_INFINITY,
  isProbed: false,
  isGone: false,
  unanswered: new Set()
})

/** Whether it may be asked. */
export const isUsable = ({ host, isGone, silentSince }: HostLoad): boolean =>
  silentSince === undefined && !isGone && host.isUp()

/** Whether it answers just now, as far as is known. */
export const isResponsive = (load: HostLoad, now: number): boolean =>
  isUsable(load) && waitedMillis(load, now) < latencyFloorMillis

/** A request goes to it. */
export const requestSent = (load: HostLoad, now: number): void => {
  if (load.inFlight === 0) load.waitingSince = now
  load.inFlight += 1
}

/** It answered a request, were it with an error. */
export const requestAnswered = (load: HostLoad, sentAt: number, now: number): void => {
  load.inFlight -= 1
  load.waitingSince = now
  load.answeredSentAt = Math.max(load.answeredSentAt, sentAt)
  load.suspectedAt = undefined
}

/** A request has ended without an answer of it. */
export const requestAbandoned = (load: HostLoad): void => {
  load.inFlight -= 1
}

/** Takes in how long an answer took, or for how long it was waited for in vain. */
export const latencySeen = (load: HostLoad, now: number, millis: number): void => {
  const share = Math.exp((load.latencyAt - now) / latencyDecayMillis)
  const remembered = load.latency * share
  load.latency = Math.max(millis, remembered + millis * (1 - share))
  load.latencyAt = now
}

/** For how long it has said nothing though it was asked. */
export const waitedMillis = (load: HostLoad, now: number): number =>
  load.inFlight === 0 ? 0 : now - load.waitingSince

/** What one more request costs there: the requests before it, each as long as an answer takes or is late. */
export const costOf = (load: HostLoad, now: number): number =>
  (load.inFlight + 1) * Math.max(latencyFloorMillis, waitedMillis(load, now), latencyAt(load, now))

/** Its latency as it is remembered now. */
export const latencyAt = ({ latency, latencyAt }: HostLoad, now: number): number =>
  latency <= latencyFloorMillis ? latency : latency * Math.exp((latencyAt - now) / latencyDecayMillis)

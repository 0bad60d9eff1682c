/**
 * Finds the hosts that have fallen silent, and those that answer again.
 *
 * A host is silent when it was asked, said nothing for a while, did not answer a sign of life either, and another host
 * answered meanwhile. So a cluster that is slow everywhere has no silent host, nor has one whose table is slow while
 * the servers answer; and a pause of this process, in which no answer was read, makes none silent.
 */
import { probeMillis, silentFactor, silentMillis, suspectMillis } from "../Limits.ts"
import {
  type HostLoad,
  isUsable,
  latencyAt,
  requestAbandoned,
  requestAnswered,
  requestSent,
  waitedMillis
} from "./HostLoad.ts"

/** How hosts are asked, and what is done about a silent one. */
export interface HostWatchActions {
  /** Asks a host for a sign of life: whether it gave one. Never rejects. */
  readonly probe: (load: HostLoad) => Promise<boolean>
  readonly now: () => number
}

/** Looks at all hosts once; to be called every `hostTickMillis`. */
export const watchHosts = (hosts: ReadonlyArray<HostLoad>, actions: HostWatchActions): void => {
  const now = actions.now()
  for (const load of hosts) {
    if (load.silentSince !== undefined) askAgain(load, hosts, now, actions)
    else if (load.host.isUp()) judge(load, hosts, now, actions)
    else load.suspectedAt = undefined
    if (isUsable(load)) load.awaySince = undefined
    else load.awaySince ??= load.silentSince ?? now
  }
  // Once all are judged, so that nothing is sent to a host that has just been found silent too.
  for (const load of hosts) {
    if (load.silentSince === undefined) continue
    for (const waiting of [...load.unanswered]) waiting.sendElsewhere(now)
  }
}

const judge = (
  load: HostLoad,
  hosts: ReadonlyArray<HostLoad>,
  now: number,
  actions: HostWatchActions
): void => {
  if (waitedMillis(load, now) < suspectMillis) {
    load.suspectedAt = undefined
    return
  }
  const { suspectedAt } = load
  if (suspectedAt === undefined) {
    load.suspectedAt = now
    ask(load, hosts, now, actions)
    // Of an idle host nothing would be heard, and it is what tells a silent host from a silent cluster.
    const idle = hosts.find((other) => other !== load && other.inFlight === 0 && isUsable(other))
    if (idle !== undefined) ask(idle, hosts, now, actions)
    return
  }
  if (now - suspectedAt < silentMillis - suspectMillis) return
  if (waitedMillis(load, now) < allowedMillis(load, hosts, now)) return
  // Of something that was asked later, so that of hosts that are slow alike none is the silent one.
  const anotherAnswers = hosts.some((other) => other !== load && other.answeredSentAt >= suspectedAt)
  if (anotherAnswers) load.silentSince = load.waitingSince
}

/** How long it may say nothing. */
const allowedMillis = (load: HostLoad, hosts: ReadonlyArray<HostLoad>, now: number): number => {
  let quickest = Number.POSITIVE_INFINITY
  for (const other of hosts) {
    if (other !== load && isUsable(other)) quickest = Math.min(quickest, latencyAt(other, now))
  }
  return quickest === Number.POSITIVE_INFINITY
    ? silentMillis
    : Math.max(silentMillis, silentFactor * quickest)
}

const askAgain = (
  load: HostLoad,
  hosts: ReadonlyArray<HostLoad>,
  now: number,
  actions: HostWatchActions
): void => {
  if (load.host.isUp() && now - load.probedAt >= probeMillis) ask(load, hosts, now, actions)
}

/** One sign of life at a time. */
const ask = (
  load: HostLoad,
  hosts: ReadonlyArray<HostLoad>,
  sentAt: number,
  { probe, now }: HostWatchActions
): void => {
  if (load.isProbed) return
  load.isProbed = true
  load.probedAt = sentAt
  requestSent(load, sentAt)
  probe(load).then((isAlive) => {
    const at = now()
    load.isProbed = false
    if (isAlive) requestAnswered(load, sentAt, at)
    else requestAbandoned(load)
    // One that takes longer would be silent again at once.
    if (isAlive && at - sentAt < allowedMillis(load, hosts, at)) load.silentSince = undefined
  })
}

/**
 * Sends each request to one of the hosts that can serve it, and again to another when that one falls silent.
 *
 * Not the driver's speculative execution: it repeats whatever is late, so it doubles the load just when all hosts are
 * slow, and takes a timer a request. Nor a shorter time-out of each try: that fails what is only slow. Here a request
 * is repeated only once its host was found silent while another answers (`HostWatch.ts`), and then at once.
 */
import type { Host } from "cassandra-driver"
import { failedAnswerMillis } from "../Limits.ts"
import { verdictOn } from "./DriverError.ts"
import {
  type HostLoad,
  latencySeen,
  requestAbandoned,
  requestAnswered,
  requestSent,
  type Unanswered
} from "./HostLoad.ts"
import type { Replicas } from "./LocalHosts.ts"
import { chooseHost, type RandomSource } from "./ReplicaChoice.ts"

/** What the driver answers, and which host it was. */
export interface HostAnswer {
  /** `host:port`. */
  readonly info: { readonly queriedHost: string }
}

/** A request, as the driver sends it. */
export interface RoutedRequest<A extends HostAnswer> {
  /** The hosts that hold all of it; any local host, where they are not known or none of them may be asked. */
  readonly replicas: Replicas | undefined
  /** Whether it may be sent twice. */
  readonly isRepeatable: boolean
  /** Sends it to this host first; undefined: where the driver likes. */
  readonly send: (host: Host | undefined, attempt: Attempt) => Promise<A>
}

/** One try of a request; the driver has it in its options. */
export interface Attempt {
  /** Whether there was another try, or an answer: then the driver need not take this one to a further host. */
  readonly isSuperseded: boolean
}

/** Sends requests to the hosts of one cluster. */
export interface Router {
  /**
   * The answer of any try.
   *
   * **Guarantee**: whichever try is answered first, its answer is the request's, as it stands; a failure is that of the
   * last try (G1).
   */
  readonly send: <A extends HostAnswer>(request: RoutedRequest<A>, now: number) => Promise<A>
}

/** A router to these hosts. */
export const makeRouter = (all: () => Replicas, now: () => number, random: RandomSource): Router => {
  const choose = (replicas: Replicas | undefined, at: number): HostLoad | undefined => {
    const chosen = replicas === undefined ? undefined : chooseHost(replicas, at, random)
    return chosen ?? chooseHost(all(), at, random)
  }
  return {
    send: <A extends HostAnswer>(request: RoutedRequest<A>, at: number) =>
      new Promise<A>((resolve, reject) => new Execution(request, choose, now, resolve, reject).start(at))
  }
}

/** A request on its way. */
class Execution<A extends HostAnswer> {
  readonly #request: RoutedRequest<A>
  readonly #choose: (replicas: Replicas | undefined, now: number) => HostLoad | undefined
  readonly #now: () => number
  readonly #resolve: (answer: A) => void
  readonly #reject: (cause: unknown) => void
  #last: Try | undefined

  constructor(
    request: RoutedRequest<A>,
    choose: (replicas: Replicas | undefined, now: number) => HostLoad | undefined,
    now: () => number,
    resolve: (answer: A) => void,
    reject: (cause: unknown) => void
  ) {
    this.#request = request
    this.#choose = choose
    this.#now = now
    this.#resolve = resolve
    this.#reject = reject
  }

  start(now: number): void {
    this.#tryOn(this.#choose(this.#request.replicas, now), now)
  }

  #tryOn(load: HostLoad | undefined, sentAt: number): void {
    const attempt: Try = {
      load,
      sentAt,
      isSuperseded: false,
      sendElsewhere: (now) => this.#sendElsewhere(attempt, now)
    }
    this.#last = attempt
    if (load !== undefined) {
      requestSent(load, sentAt)
      if (this.#request.isRepeatable) load.unanswered.add(attempt)
    }
    this.#request.send(load?.host, attempt).then(
      (answer) => this.#answered(attempt, answer),
      (cause) => this.#failed(attempt, cause)
    )
  }

  #sendElsewhere(attempt: Try, now: number): void {
    const other = this.#choose(this.#request.replicas, now)
    if (other === undefined || other === attempt.load) return
    attempt.load?.unanswered.delete(attempt)
    attempt.isSuperseded = true
    this.#tryOn(other, now)
  }

  #answered(attempt: Try, answer: A): void {
    answeredBy(attempt, answer.info.queriedHost, this.#now(), this.#request.replicas !== undefined)
    const last = this.#last
    if (last !== undefined) {
      last.load?.unanswered.delete(last)
      last.isSuperseded = true
    }
    this.#resolve(answer)
  }

  #failed(attempt: Try, cause: unknown): void {
    failedOn(attempt, cause, this.#now(), this.#request.replicas !== undefined)
    if (attempt === this.#last) this.#reject(cause)
  }
}

interface Try extends Unanswered {
  readonly load: HostLoad | undefined
  readonly sentAt: number
  isSuperseded: boolean
}

/** Only what is routed to its replicas says how quick a host is: a scan of the table is slow on every host. */
const answeredBy = (attempt: Try, address: string, now: number, isRouted: boolean): void => {
  const { load, sentAt } = attempt
  if (load === undefined) return
  load.unanswered.delete(attempt)
  if (address !== load.address) {
    requestAbandoned(load)
    latencySeen(load, now, Math.max(now - sentAt, failedAnswerMillis))
    return
  }
  requestAnswered(load, sentAt, now)
  if (isRouted) latencySeen(load, now, now - sentAt)
}

const failedOn = (attempt: Try, cause: unknown, now: number, isRouted: boolean): void => {
  const { load, sentAt } = attempt
  if (load === undefined) return
  load.unanswered.delete(attempt)
  const { blamesHost, isAnswer } = verdictOn(load.address, cause)
  if (isAnswer) requestAnswered(load, sentAt, now)
  else requestAbandoned(load)
  const millis = now - sentAt
  if (blamesHost) latencySeen(load, now, Math.max(millis, failedAnswerMillis))
  else if (isRouted) latencySeen(load, now, millis)
}

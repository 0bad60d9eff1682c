/** Sends requests for rows of one kind: rows of one host together, refused rows alone and with the proof they need. */
import { Clock, Duration, Effect, Result } from "effect"
import type { Cassandra, Page, Replica, Replicas } from "../cassandra/Cassandra.ts"
import type { CassandraError } from "../cassandra/CassandraError.ts"
import { monotonicMillis } from "../time/MonotonicClock.ts"
import { partitionKey } from "./FactStatements.ts"
import type { Answers, FactStoreError } from "./FactStore.ts"
import { answerGroups, type GroupedCall, type SentGroup } from "./GroupedAnswers.ts"
import { otherRowAgeMillis, otherRowMillis } from "./Limits.ts"
import { RefusedRows } from "./RefusedRows.ts"
import { rowFailureOf } from "./RowFailure.ts"
import { groupRows, type RowGroup } from "./RowGroups.ts"
import type { RowKind } from "./RowKinds.ts"

/**
 * Makes the requests of one kind: a function that answers every element of a call.
 *
 * Rows that were refused are sent apart from the others from then on, alone where that fails too, and to each host in
 * turn. Before that, each host that refused it shows
 * that it takes other rows: by what it took anyhow, or by the last row of this kind that was taken, sent again
 * unchanged, which changes nothing (G2). So neither places that refused rows take nor an ordering key keep a row from
 * its fate (G3).
 */
export const makeRowRequests = <A, R>(
  cassandra: Cassandra["Service"],
  kind: RowKind<A, R>
): Effect.Effect<(elements: ReadonlyArray<A>) => Effect.Effect<Answers<R>>> =>
  Effect.map(Clock.Clock, (clock) => {
    const requests = new RowRequests(cassandra, kind, () => monotonicMillis(clock))
    return (elements) => requests.ask(elements)
  })

class RowRequests<A, R> {
  readonly #cassandra: Cassandra["Service"]
  readonly #kind: RowKind<A, R>
  readonly #now: () => number
  readonly #refused = new RefusedRows()
  #scouts = 0
  /** When a row was last asked for only to find out whether any is taken; `-Infinity` once one was taken since. */
  #soundedAt = Number.NEGATIVE_INFINITY
  /** The last element that was taken, and the last one of another row. */
  #last: A | undefined
  #lastAt = Number.POSITIVE_INFINITY
  #other: A | undefined

  constructor(cassandra: Cassandra["Service"], kind: RowKind<A, R>, now: () => number) {
    this.#cassandra = cassandra
    this.#kind = kind
    this.#now = now
    this.#last = kind.harmless
  }

  /** While no row is refused, nothing is recorded but what was taken last. */
  ask(elements: ReadonlyArray<A>): Effect.Effect<Answers<R>> {
    return Effect.suspend(() =>
      this.#refused.isEmpty
        ? answerGroups(this.#groupsOf(elements), this.#makeCall())
        : this.#askApart(elements)
    )
  }

  /** Asks for rows that were refused apart from the others, which are asked for at once. */
  #askApart(elements: ReadonlyArray<A>): Effect.Effect<Answers<R>> {
    this.#refused.forget(this.#now())
    const refused: Array<number> = []
    const others: Array<number> = []
    for (const [place, element] of elements.entries()) {
      if (this.#refused.has(this.#kind.orderIdOf(element))) refused.push(place)
      else others.push(place)
    }
    const answers = new Array<Result.Result<R, FactStoreError>>(elements.length)
    const askAt = (places: ReadonlyArray<number>, areOthersAnswered: boolean) => {
      const groups = this.#groupsOf(places.map((place) => elements[place] as A))
      return Effect.map(answerGroups(groups, this.#makeCall(), areOthersAnswered), (found) => {
        for (const [at, place] of places.entries())
          answers[place] = found[at] as Result.Result<R, FactStoreError>
        return answers
      })
    }
    if (refused.length === 0) return askAt(others, false)
    const orderIds = refused.map((place) => this.#kind.orderIdOf(elements[place] as A))
    const askRefused = Effect.flatMap(this.#contrast(orderIds), (isContrasted) =>
      askAt(refused, isContrasted)
    )
    return Effect.as(Effect.all([askAt(others, false), askRefused], { concurrency: "unbounded" }), answers)
  }

  #groupsOf(elements: ReadonlyArray<A>): ReadonlyArray<RowGroup<A, Replica>> {
    const { bytesOf, maxBytes, maxRows, orderIdOf } = this.#kind
    const { preferredOf, replicasOf } = this.#cassandra
    const hostsOf = (element: A) => replicasOf(() => partitionKey(orderIdOf(element)))
    return groupRows(elements, { maxRows, maxBytes, bytesOf, hostsOf, preferredOf })
  }

  #makeCall(): GroupedCall<A, Replica, R> {
    let sentAs = notRecorded
    let maySound = false
    return {
      operation: this.#kind.operation,
      textsOf: this.#kind.textsOf,
      ask: (asked) =>
        Effect.suspend(() => {
          sentAs = this.#refused.isEmpty ? notRecorded : this.#refused.moment()
          const requests = asked.map((group) => this.#requestOf(group, sentAs))
          return Effect.map(this.#cassandra.executeAll(requests), (results) =>
            results.map((result, at) =>
              Result.map(result, (page) => this.#taken(asked[at]?.elements ?? [], page, sentAs))
            )
          )
        }),
      failureOf: (element, error) => this.#failureOf(element, error, sentAs),
      scoutOf: (elements) => {
        // One for each request of the call.
        maySound ||= this.#maySound()
        return maySound ? this.#scouts++ % elements : undefined
      }
    }
  }

  /** Whether a row may be asked for only to find out whether any is taken: in an outage, once in a while. */
  #maySound(): boolean {
    const now = this.#now()
    if (now - this.#soundedAt < otherRowMillis) return false
    this.#soundedAt = now
    return true
  }

  #requestOf({ elements, hosts }: SentGroup<A, Replica>, sentAs: number) {
    const [element] = elements
    const isRefused =
      sentAs !== notRecorded &&
      elements.length === 1 &&
      element !== undefined &&
      this.#refused.has(this.#kind.orderIdOf(element))
    const replicas = isRefused ? this.#inTurn(this.#kind.orderIdOf(element), sentAs) : hosts
    return { statement: this.#kind.statementOf(elements), options: { replicas } }
  }

  /** The host whose turn it is, alone. */
  #inTurn(orderId: bigint, sentAs: number): Replicas | undefined {
    const hosts = this.#cassandra.coordinators()
    const addresses = hosts.map(({ address }) => address)
    const chosen = this.#refused.send(orderId, sentAs, addresses)
    const host = hosts.find(({ address }) => address === chosen)
    return host === undefined ? undefined : [host]
  }

  #taken(elements: ReadonlyArray<A>, page: Page, sentAs: number): ReadonlyArray<R> {
    const { orderIdOf, resultsOf, versionOf } = this.#kind
    const [first] = elements
    this.#soundedAt = Number.NEGATIVE_INFINITY
    if (first !== undefined) {
      if (this.#last !== undefined && orderIdOf(this.#last) !== orderIdOf(first)) this.#other = this.#last
      this.#last = first
      this.#lastAt = this.#now()
      if (sentAs !== notRecorded) {
        this.#refused.took(page.coordinator ?? "", sentAs)
        if (elements.length === 1) this.#refused.stored(orderIdOf(first), versionOf(first))
      }
    }
    return resultsOf(elements, page)
  }

  #failureOf(element: A, error: CassandraError, sentAs: number): FactStoreError {
    const { operation, orderIdOf, textsOf, versionOf } = this.#kind
    const orderId = orderIdOf(element)
    const version = versionOf(element)
    const hosts = () => this.#cassandra.coordinators().length
    return rowFailureOf(
      {
        operation,
        orderId,
        texts: textsOf(element),
        onRefused: (refusal) =>
          this.#refused.refused({ ...refusal, orderId, version, sentAs }, this.#now(), hosts())
      },
      error
    )
  }

  /**
   * Gives each host that refused one of these rows, and took none since, another row to take. Answers whether any of
   * those hosts has taken another row since.
   */
  #contrast(orderIds: ReadonlyArray<bigint>): Effect.Effect<boolean> {
    return Effect.suspend(() => {
      const { harmless, orderIdOf, statementOf } = this.#kind
      const silent = this.#refused.silentSince(orderIds)
      // A partition may be denied after a row was stored there.
      const isLastRefused = this.#last !== undefined && this.#refused.has(orderIdOf(this.#last))
      const element = isLastRefused ? (this.#other ?? this.#last) : this.#last
      const isContrasted = () => this.#refused.isContrasted(orderIds)
      // A row may have expired or been deleted since: it must not come back.
      const isOld = harmless === undefined && this.#now() - this.#lastAt > otherRowAgeMillis
      if (silent.size === 0 || element === undefined || isOld || !this.#maySound())
        return Effect.sync(isContrasted)
      const sentAs = this.#refused.moment()
      const statement = statementOf([element])
      const requests = this.#cassandra
        .coordinators()
        .filter(({ address }) => silent.has(address))
        .map((host) => ({ statement, options: { replicas: [host], timeoutMillis: otherRowMillis } }))
      const answered = Effect.map(this.#cassandra.executeAll(requests), (results) => {
        for (const result of results) {
          if (!Result.isSuccess(result)) continue
          this.#refused.took(result.success.coordinator ?? "", sentAs)
          this.#soundedAt = Number.NEGATIVE_INFINITY
        }
        return results
      })
      return Effect.map(Effect.timeoutOption(answered, Duration.millis(otherRowMillis)), isContrasted)
    })
  }
}

/** Instead of a moment: no row was refused when the request was sent. */
const notRecorded = 0

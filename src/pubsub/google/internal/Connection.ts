import { setImmediate as turnOfTheEventLoop } from "node:timers/promises"
import { Clock, Duration, Effect, type Scope } from "effect"
import { monotonicMillis } from "../../../time/MonotonicClock.ts"
import { connectionNewsMillis } from "../../Limits.ts"
import type { Proxy } from "../GoogleSettings.ts"
import { codeOf, isLocal, Status } from "./ErrorClassification.ts"

/** What a connection is made of: a client of Google's. */
export interface ClosableClient {
  readonly close: () => Promise<void>
}

/** For how long a connection may be silent although something was asked. **Units**: milliseconds. */
export interface Silence {
  /** Then it counts as broken. */
  readonly answerMillis: number
  /** Then it is replaced, looked at once a second; a server that is merely slow is not left. */
  readonly renewMillis: number
}

/**
 * One of Google's clients, whose connection is watched, and replaced when it swallows everything.
 *
 * A dead connection looks like a quiet one until something is asked and not answered. gRPC's own pings find it out
 * after 40 s, on an emulator after five minutes; here every call is also a question whether anybody is there.
 *
 * **Units**: times in milliseconds of a monotonic clock; `-Infinity` for never.
 */
export class Connection<Client extends ClosableClient> {
  /** When the server was last heard. What it had sent before has arrived by then: a connection keeps its order. */
  heardAt = Number.NEGATIVE_INFINITY
  /** When the last silence ended, or the connection was replaced. */
  steadySince = Number.NEGATIVE_INFINITY
  /** What it goes through, if anything. */
  readonly proxy: Proxy | undefined
  readonly #open: () => Promise<Client>
  readonly #clock: Clock.Clock
  readonly #silence: Silence
  #client: Client
  readonly #onRenewed = new Set<() => void>()
  #unanswered = 0
  #waitingSince: number | undefined
  #announcedAt = Number.NEGATIVE_INFINITY

  constructor(
    client: Client,
    open: () => Promise<Client>,
    clock: Clock.Clock,
    silence: Silence,
    proxy?: Proxy
  ) {
    this.proxy = proxy
    this.#client = client
    this.#open = open
    this.#clock = clock
    this.#silence = silence
  }

  /** The client that is used now. */
  get client(): Client {
    return this.#client
  }

  /** Ends when the present client is replaced: whoever uses its connection must begin anew. */
  readonly renewed: Effect.Effect<void> = Effect.callback((resume) => {
    const forget = this.onRenewed(() => resume(Effect.void))
    return Effect.sync(forget)
  })

  /** The same as a callback, called at most once; answers how to forget it. */
  onRenewed(callback: () => void): () => void {
    this.#onRenewed.add(callback)
    return () => void this.#onRenewed.delete(callback)
  }

  /** Whether something has been asked too long ago, and nothing was heard since. */
  get isSilent(): boolean {
    return this.silentMillis > this.#silence.answerMillis
  }

  /** For how long something has been asked and nothing was heard. */
  get silentMillis(): number {
    return this.#waitingSince === undefined ? 0 : this.#now() - this.#waitingSince
  }

  /** Makes a call, and notes whether it is answered. */
  async ask<A>(call: (client: Client) => Promise<A>): Promise<A> {
    const client = this.#client
    this.#unanswered += 1
    this.#waitingSince ??= this.#now()
    try {
      const answer = await call(client)
      this.#answered(client, "answer")
      return answer
    } catch (error) {
      this.#answered(client, meaningOf(error))
      throw error
    }
  }

  /** Notes that the server was heard by that client. */
  heard(client: Client): void {
    if (client !== this.#client) return
    if (this.isSilent) this.steadySince = this.#now()
    this.heardAt = this.#now()
    this.#waitAnew()
  }

  /** Replaces the client whenever its connection has been silent for too long. */
  readonly watch: Effect.Effect<never> = Effect.suspend(() => this.#watch())

  readonly #watch = Effect.fnUntraced({ self: this }, function* () {
    for (let silentLooks = 0; ; ) {
      const before = this.#waitingSince
      yield* Effect.sleep(1000)
      // After a stall of this process its own delay would look like silence: what has arrived is read first.
      yield* Effect.promise(() => turnOfTheEventLoop())
      silentLooks = before !== undefined && before === this.#waitingSince ? silentLooks + 1 : 0
      if (silentLooks * 1000 < this.#silence.renewMillis) continue
      silentLooks = 0
      yield* Effect.ignore(this.#renew)
    }
  })

  readonly #renew = Effect.gen({ self: this }, function* () {
    const { renewMillis } = this.#silence
    // In an outage that lasts, it is replaced again and again.
    const isNews = this.#now() - this.#announcedAt >= connectionNewsMillis
    if (isNews) this.#announcedAt = this.#now()
    yield* Effect.logWithLevel(isNews ? "Info" : "Debug")(
      `Pub/Sub left everything unanswered for ${renewMillis / 1000} s; connecting anew`
    )
    const old = this.#client
    this.#client = yield* Effect.timeout(this.#openInTime, Duration.millis(renewMillis))
    this.#unanswered = 0
    this.#waitingSince = undefined
    this.steadySince = this.#now()
    const callbacks = [...this.#onRenewed]
    this.#onRenewed.clear()
    for (const callback of callbacks) callback()
    yield* Effect.tryPromise(() => old.close())
  })

  readonly #openInTime = Effect.tryPromise(async (signal) => {
    const client = await this.#open()
    // Nobody waits for it any more: it would stay open for ever.
    if (signal.aborted) await client.close()
    return client
  })

  #answered(client: Client, meaning: Meaning): void {
    if (client !== this.#client) return
    this.#unanswered -= 1
    if (meaning === "answer") this.heard(client)
    else if (meaning === "no connection") this.#waitAnew()
  }

  #waitAnew(): void {
    this.#waitingSince = this.#unanswered > 0 ? this.#now() : undefined
  }

  #now(): number {
    return monotonicMillis(this.#clock)
  }
}

/** Opens a connection that is watched, and closed with the scope. **Errors**: what `open` rejects with. */
export const openConnection = <Client extends ClosableClient, E>(
  open: () => Promise<Client>,
  toError: (cause: unknown) => E,
  silence: Silence,
  proxy?: Proxy
): Effect.Effect<Connection<Client>, E, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    const connection = yield* Effect.acquireRelease(
      Effect.map(
        Effect.tryPromise({ try: open, catch: toError }),
        (client) => new Connection(client, open, clock, silence, proxy)
      ),
      ({ client }) => Effect.ignore(Effect.tryPromise(() => client.close()))
    )
    // supervised: it cannot fail; it ends with the scope
    yield* Effect.forkScoped(connection.watch)
    return connection
  })

/** The end of what was under way on a connection that is given up: a gRPC status. */
export const connectionLost = { code: Status.Unavailable, details: "the connection was silent" } as const

/** What the failure of a call says about the connection. */
type Meaning = "answer" | "no connection" | "silence"

const meaningOf = (error: unknown): Meaning => {
  if (isLocal(error)) return "no connection"
  switch (codeOf(error)) {
    case Status.Cancelled:
    case Status.DeadlineExceeded:
      return "silence"
    // Refused by the network, or by the authentication library, which has no number: known to be away.
    case Status.Unavailable:
    case undefined:
      return "no connection"
    default:
      return "answer"
  }
}

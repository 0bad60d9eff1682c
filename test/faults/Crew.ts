/** The `counterfoil run` processes of a scenario, and what they tell of themselves. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Data, Effect, Ref, type Scope } from "effect"
import { cacheFolder } from "../support/Cache.ts"
import { type CounterfoilProcess, counterfoil, type Ended, until } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"

/** A process did not do what a scenario needs of it. */
export class CrewError extends Data.TaggedError("CrewError")<{ readonly message: string }> {}

/** A processor. */
export interface Member extends CounterfoilProcess {
  readonly port: number
  /** Of the answers so far. */
  readonly seen: { received: number; held: number; mostHeld: number }
}

/** All processors of a scenario. */
export interface Crew {
  /** Starts one more, without waiting for it to be ready. */
  readonly start: (options?: {
    readonly environment?: Readonly<Record<string, string>>
    readonly nodeArgs?: ReadonlyArray<string>
  }) => Effect.Effect<Member, CrewError, Scope.Scope>
  /** Kills one without a warning; what it held may be done twice. */
  readonly kill: (member: Member) => Effect.Effect<void>
  /** Stops one by SIGTERM, which has to end it with exit code 0. */
  readonly stop: (member: Member) => Effect.Effect<void, CrewError>
  /** Stops all that run. */
  readonly stopAll: Effect.Effect<void, CrewError>
  /** Deliveries received by all of them, as far as their answers told. */
  readonly received: () => number
  /** At most so many deliveries were held by those that were killed. */
  readonly lostHolds: () => number
  /** The most deliveries that any of them held at once. */
  readonly mostHeld: () => number
}

/** The processors of a scenario; they end with the scope, and what they wrote is then kept in `.cache/logs/`. */
export const makeCrew = (
  name: string,
  environment: Readonly<Record<string, string>>
): Effect.Effect<Crew, never, Scope.Scope> =>
  Effect.gen(function* () {
    const running = yield* Ref.make<ReadonlyArray<Member>>([])
    const all: Array<Member> = []
    let lostHolds = 0
    yield* Effect.addFinalizer(() => Effect.sync(() => keepLogs(name, all)))
    const leave = (member: Member) =>
      Ref.update(running, (members) => members.filter((one) => one !== member))

    const start: Crew["start"] = Effect.fnUntraced(function* (options = {}) {
      const [port = 0] = yield* freePorts(1)
      const process = yield* counterfoil(
        ["run"],
        { LOG_FORMAT: "json", ...environment, ...options.environment, HTTP_PORT: String(port) },
        options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }
      )
      const member: Member = { ...process, port, seen: { received: 0, held: 0, mostHeld: 0 } }
      all.push(member)
      yield* Ref.update(running, (members) => [...members, member])
      yield* Effect.forkScoped(
        look(member).pipe(
          Effect.andThen(Effect.sleep("500 millis")),
          Effect.forever,
          Effect.raceFirst(process.ended)
        )
      )
      return member
    })

    const stop: Crew["stop"] = Effect.fnUntraced(function* (member) {
      yield* look(member)
      yield* leave(member)
      yield* member.signal("SIGTERM")
      const ended = yield* member.ended
      if (ended.code !== 0) {
        return yield* new CrewError({ message: `SIGTERM: ${endedAs(ended)}\n${tailOf(member)}` })
      }
    })

    return {
      start,
      kill: Effect.fnUntraced(function* (member) {
        yield* leave(member)
        yield* member.signal("SIGKILL")
        yield* member.ended
        lostHolds += member.seen.mostHeld
      }),
      stop,
      stopAll: Effect.flatMap(Ref.get(running), (members) =>
        Effect.forEach(members, stop, { concurrency: "unbounded", discard: true })
      ),
      received: () => all.reduce((sum, { seen }) => sum + seen.received, 0),
      lostHolds: () => lostHolds,
      mostHeld: () => Math.max(0, ...all.map(({ seen }) => seen.mostHeld))
    }
  })

/** What a processor says on a path of its HTTP address; empty while it does not answer. */
export const ask = (member: Member, path: string): Effect.Effect<string> =>
  Effect.tryPromise(async () => (await fetch(`http://127.0.0.1:${member.port}${path}`)).text()).pipe(
    Effect.timeout("5 seconds"),
    Effect.orElseSucceed(() => "")
  )

/** Suspends until a processor's health says something. */
export const untilHealthSays = (member: Member, what: RegExp) => {
  let last = ""
  return until(
    `health saying ${what}`,
    Effect.map(ask(member, "/health"), (text) => {
      last = text
      return what.test(text)
    }),
    "60 seconds",
    () => `${last}\n${tailOf(member)}`
  )
}

/** Suspends until a processor is ready. */
export const untilReady = (member: Member) =>
  until(
    "a ready processor",
    Effect.map(ask(member, "/ready"), (text) => /^([a-z-]+: (healthy|degraded|paused)\b.*\n){4}$/.test(text)),
    "60 seconds",
    () => tailOf(member)
  )

/** The end of what a processor wrote. */
export const tailOf = (member: CounterfoilProcess): string =>
  member.stderr().trimEnd().split("\n").slice(-8).join("\n")

const keepLogs = (name: string, members: ReadonlyArray<Member>): void => {
  const text = members.map((member, index) => `== ${index + 1}\n${member.stdout()}${member.stderr()}`)
  writeFileSync(join(cacheFolder("logs"), `faults-${name}.log`), text.join("\n"))
}

const look = (member: Member): Effect.Effect<void> =>
  Effect.map(ask(member, "/metrics"), (text) => {
    if (text === "") return
    member.seen.received = sumOf(text, "counterfoil_deliveries_received_total")
    member.seen.held = ["in_flight", "waiting", "retrying"].reduce(
      (sum, gauge) => sum + sumOf(text, `counterfoil_${gauge}_deliveries`),
      0
    )
    member.seen.mostHeld = Math.max(member.seen.mostHeld, member.seen.held)
  })

const sumOf = (text: string, series: string): number =>
  text
    .split("\n")
    .filter((line) => line.startsWith(`${series}{`) || line.startsWith(`${series} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)

const endedAs = ({ code, signal }: Ended): string => (signal === null ? `exit code ${code}` : signal)

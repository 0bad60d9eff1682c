/** The `counterfoil run` processes of a scenario, and what their metrics and health say. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { Data, Effect, Ref, type Scope } from "effect"
import { cacheFolder } from "../support/Cache.ts"
import { type CounterfoilProcess, counterfoil, type Ended, until } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"
import type { Observer } from "./Observer.ts"

/** A process ended in another way than a scenario needs. */
export class ProcessorError extends Data.TaggedError("ProcessorError")<{ readonly message: string }> {}

/** A `counterfoil run` process and what its metrics said so far. */
export interface RunningProcessor extends CounterfoilProcess {
  readonly port: number
  /** As of its latest answer on `/metrics`. **Units**: deliveries. */
  readonly seen: { received: number }
}

/** All processors of a scenario. */
export interface Processors {
  /** Starts one more, without waiting for it to be ready. */
  readonly start: (options?: {
    readonly environment?: Readonly<Record<string, string>>
    readonly nodeArgs?: ReadonlyArray<string>
    /** Another `counterfoil` than that of the scenario. */
    readonly bin?: string
  }) => Effect.Effect<RunningProcessor, ProcessorError, Scope.Scope>
  /** Kills one without a warning; what it held may be done twice. */
  readonly kill: (processor: RunningProcessor) => Effect.Effect<void>
  /** Suspends until one has ended by itself. */
  readonly untilEnded: (processor: RunningProcessor) => Effect.Effect<Ended>
  /** Stops one by SIGTERM, which has to end it with exit code 0. */
  readonly stop: (processor: RunningProcessor) => Effect.Effect<void, ProcessorError>
  /** Stops all that run. */
  readonly stopAll: Effect.Effect<void, ProcessorError>
  /** Those that run. */
  readonly running: Effect.Effect<ReadonlyArray<RunningProcessor>>
  /** Deliveries received by all of them, as far as their answers told. */
  readonly received: () => number
}

/**
 * The processors of a scenario; they end with the scope, and what they wrote is then kept in `.cache/logs/`.
 *
 * `disturb` is told of each that is killed, `onStart` of the ports of all that were started.
 */
export const makeProcessors = (
  name: string,
  environment: Readonly<Record<string, string>>,
  bin: string,
  disturb: Observer["disturb"],
  onStart: (ports: ReadonlyArray<number>) => void
): Effect.Effect<Processors, never, Scope.Scope> =>
  Effect.gen(function* () {
    const running = yield* Ref.make<ReadonlyArray<RunningProcessor>>([])
    const started: Array<RunningProcessor> = []
    yield* Effect.addFinalizer(() => Effect.sync(() => keepLogs(name, started)))
    const remove = (processor: RunningProcessor) =>
      Ref.update(running, (all) => all.filter((one) => one !== processor))

    const start: Processors["start"] = Effect.fnUntraced(function* (options = {}) {
      const [port = 0] = yield* freePorts(1)
      const process = yield* counterfoil(
        ["run"],
        { LOG_FORMAT: "json", ...environment, ...options.environment, HTTP_PORT: String(port) },
        { bin: options.bin ?? bin, ...(options.nodeArgs === undefined ? {} : { nodeArgs: options.nodeArgs }) }
      )
      const processor: RunningProcessor = { ...process, port, seen: { received: 0 } }
      started.push(processor)
      yield* Ref.update(running, (others) => [...others, processor])
      onStart(started.map((each) => each.port))
      yield* Effect.forkScoped(
        readMetrics(processor).pipe(
          Effect.andThen(Effect.sleep("500 millis")),
          Effect.forever,
          Effect.raceFirst(process.ended)
        )
      )
      return processor
    })

    const stop: Processors["stop"] = Effect.fnUntraced(function* (processor) {
      yield* readMetrics(processor)
      yield* remove(processor)
      yield* processor.signal("SIGTERM")
      const ended = yield* processor.ended
      if (ended.code !== 0) {
        return yield* new ProcessorError({ message: `SIGTERM: ${endedAs(ended)}\n${tailOf(processor)}` })
      }
    })

    return {
      start,
      kill: Effect.fnUntraced(function* (processor) {
        yield* remove(processor)
        const isOver = disturb("a process killed")
        yield* processor.signal("SIGKILL")
        yield* processor.ended
        isOver()
      }),
      untilEnded: (processor) => Effect.tap(processor.ended, () => remove(processor)),
      stop,
      stopAll: Effect.flatMap(Ref.get(running), (all) =>
        Effect.forEach(all, stop, { concurrency: "unbounded", discard: true })
      ),
      running: Ref.get(running),
      received: () => started.reduce((sum, { seen }) => sum + seen.received, 0)
    }
  })

/** What a processor says on a path of its HTTP address; empty while it does not answer. */
export const ask = (processor: RunningProcessor, path: string): Effect.Effect<string> =>
  Effect.tryPromise(async () => (await fetch(`http://127.0.0.1:${processor.port}${path}`)).text()).pipe(
    Effect.timeout("5 seconds"),
    Effect.orElseSucceed(() => "")
  )

/** The status of a processor's answer on a path of its HTTP address; 0 while it does not answer. */
export const statusOf = (processor: RunningProcessor, path: string): Effect.Effect<number> =>
  Effect.tryPromise(async () => {
    const response = await fetch(`http://127.0.0.1:${processor.port}${path}`)
    await response.arrayBuffer()
    return response.status
  }).pipe(
    Effect.timeout("15 seconds"),
    Effect.orElseSucceed(() => 0)
  )

/** Suspends until a processor's health says something. */
export const untilHealthSays = (processor: RunningProcessor, what: RegExp) => {
  let last = ""
  return until(
    `health saying ${what}`,
    Effect.map(ask(processor, "/health"), (text) => {
      last = text
      return what.test(text)
    }),
    "60 seconds",
    () => `${last}\n${tailOf(processor)}`
  )
}

/** Suspends until a processor is ready. */
export const untilReady = (processor: RunningProcessor) =>
  until(
    "a ready processor",
    Effect.map(ask(processor, "/ready"), (text) =>
      /^([a-z-]+: (healthy|degraded|paused)\b.*\n){4}$/.test(text)
    ),
    "120 seconds",
    () => tailOf(processor)
  )

/** The end of what a processor wrote. */
export const tailOf = (processor: CounterfoilProcess): string =>
  processor.stderr().trimEnd().split("\n").slice(-8).join("\n")

const keepLogs = (name: string, started: ReadonlyArray<RunningProcessor>): void => {
  const text = started.map(
    (processor, index) => `== ${index + 1}\n${processor.stdout()}${processor.stderr()}`
  )
  writeFileSync(join(cacheFolder("logs"), `faults-${name}.log`), text.join("\n"))
}

const readMetrics = (processor: RunningProcessor): Effect.Effect<void> =>
  Effect.map(ask(processor, "/metrics"), (text) => {
    if (text === "") return
    processor.seen.received = sumOf(text, "counterfoil_deliveries_received_total")
  })

/** The sum of a series over all its labels, in an answer on `/metrics`. */
export const sumOf = (text: string, series: string): number =>
  text
    .split("\n")
    .filter((line) => line.startsWith(`${series}{`) || line.startsWith(`${series} `))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0)

const endedAs = ({ code, signal }: Ended): string => (signal === null ? `exit code ${code}` : signal)

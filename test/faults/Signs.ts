/** What tells an operator of a fault while it lasts: the sentence, a check of `doctor`, and an alert. */
import { Effect } from "effect"
import { counterfoil, until } from "../support/Counterfoil.ts"
import type { PrometheusServer } from "../support/PrometheusServer.ts"
import { ask, type Processors, type RunningProcessor } from "./Processors.ts"

/** What has to be seen while a fault lasts. What is left out is not to be seen there, and the comment beside it says why. */
export interface Signs {
  /** The sentence of some process: of the page, the terminal and `counterfoil health`. */
  readonly sentence?: RegExp
  /** What some process answers at `/health`, where that is not worth a sentence yet. */
  readonly health?: RegExp
  /** A check of `counterfoil doctor` that is not well. */
  readonly doctor?: string
  /** A check that `counterfoil doctor` says it could not make: the role may not read what it needs. */
  readonly unmade?: string
  /** An alert of `deploy/prometheus/alerts.yaml` whose expression holds; of several, any. */
  readonly alert?: RegExp
}

/** Of a fault that asks nobody to do anything: all that has to be seen is that it is well again at the end. */
export interface NothingToTell {
  readonly nothingToTell: string
}

/** Where signs are looked for. */
export interface SignPlaces {
  readonly processors: Processors
  /** Undefined where the machine has none. */
  readonly prometheus: PrometheusServer | undefined
  /** Of the process that is in trouble: `doctor` is run with its settings. */
  readonly environment: Readonly<Record<string, string>>
  readonly bin: string
}

/** Suspends until each of the signs was seen, or a minute is over; answers those that were not, in words. */
export const missedSigns = (
  { sentence, health, doctor, unmade, alert }: Signs,
  { bin, environment, processors, prometheus }: SignPlaces
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.map(
    Effect.all(
      [
        sentence === undefined
          ? none
          : missed(`the sentence ${sentence}`, everyProcess(processors, sentenceOf), sentence),
        health === undefined
          ? none
          : missed(`${health} in /health`, everyProcess(processors, healthOf), health),
        doctor === undefined
          ? none
          : missed(`${doctor} of doctor`, doctorOf(doctor, bin, environment), notWell),
        unmade === undefined
          ? none
          : missed(`${unmade} not made by doctor`, doctorOf(unmade, bin, environment), notMade),
        alert === undefined || prometheus === undefined
          ? none
          : missed(
              `the alert ${alert}`,
              Effect.map(prometheus.alerts, (names) => [...names]),
              alert
            )
      ],
      { concurrency: "unbounded" }
    ),
    (all) => all.flat()
  )

/** Does something while a fault lasts, and lets it last for so long at least. **Units**: seconds. */
export const forAtLeast = <E, R>(
  seconds: number,
  work: Effect.Effect<void, E, R>
): Effect.Effect<void, E, R> =>
  Effect.all([work, Effect.sleep(`${seconds} seconds`)], { concurrency: 2, discard: true })

/** What a process says of itself in one sentence; empty while it does not answer. */
export const sentenceOf = (processor: RunningProcessor): Effect.Effect<string> =>
  Effect.map(ask(processor, "/frames"), (text) => {
    const [, said = '""'] = [...text.matchAll(/"s":\["[a-z]+",("(?:[^"\\]|\\.)*")\]/g)].at(-1) ?? []
    return String(JSON.parse(said))
  })

const none: Effect.Effect<ReadonlyArray<string>> = Effect.succeed([])

/** Looks again and again whether one of several texts is so. */
const missed = (
  what: string,
  texts: Effect.Effect<ReadonlyArray<string>>,
  wanted: RegExp
): Effect.Effect<ReadonlyArray<string>> => {
  let last: ReadonlyArray<string> = []
  return until(
    what,
    Effect.map(texts, (found) => {
      last = found
      return found.some((text) => wanted.test(text))
    }),
    "60 seconds",
    () => last.join("; ")
  ).pipe(
    Effect.as([]),
    Effect.catch((error) => Effect.succeed([`not seen while it lasted: ${what}; at last: ${error.state}`]))
  )
}

const healthOf = (processor: RunningProcessor) => ask(processor, "/health")

const everyProcess = (
  processors: Processors,
  says: (processor: RunningProcessor) => Effect.Effect<string>
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.flatMap(processors.running, (all) => Effect.forEach(all, says, { concurrency: "unbounded" }))

const notWell = /^(warning|fatal)$/
const notMade = /^not-made$/

const doctorOf = (code: string, bin: string, environment: Readonly<Record<string, string>>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const doctor = yield* counterfoil(["doctor", "--json", "--only", code], environment, { bin })
      yield* doctor.ended
      return statusesIn(doctor.stdout(), code)
    })
  )

const statusesIn = (text: string, code: string): ReadonlyArray<string> => {
  if (text === "") return []
  const answer: {
    readonly checks: ReadonlyArray<{ readonly code: string; readonly status: string }>
  } = JSON.parse(text)
  return answer.checks.filter((check) => check.code === code).map(({ status }) => status)
}

/** How a candidate is started, watched and stopped: a process of its own. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Candidate, Settings } from "./Candidate.ts"
import { cacheFolder, root } from "./Folders.ts"
import { cpuMicros, peakResidentBytes } from "./ProcessUse.ts"
import type { Topics } from "./Topics.ts"

/** What is the same for every process of a candidate. */
export interface LaunchOptions {
  /** The addresses of the servers and the keyspace, as environment variables. */
  readonly environment: Readonly<Record<string, string>>
  /** The folder of the logs. */
  readonly logs: string
  /** Options of node itself. */
  readonly nodeOptions: ReadonlyArray<string>
  /** Told of each process at once. */
  readonly onStart?: (pid: number) => void
}

/** A running candidate. */
export class CandidateProcess {
  readonly startedAt = performance.now()
  readonly #child: ChildProcess
  readonly #name: string
  readonly #logFile: string
  readonly #ended: Promise<number>
  #code: number | undefined

  constructor(name: string, child: ChildProcess, logFile: string) {
    this.#name = name
    this.#child = child
    this.#logFile = logFile
    this.#ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        this.#code = code ?? (signal === null ? 1 : 128)
        resolve(this.#code)
      })
    })
    running.add(this)
  }

  /** User and system time so far. **Units**: microseconds. */
  cpuMicros(): number {
    return cpuMicros(this.#pid())
  }

  /** **Units**: bytes. */
  peakResidentBytes(): number {
    return peakResidentBytes(this.#pid())
  }

  /** Throws where it ended by itself, with the end of what it wrote. */
  assertAlive(): void {
    if (this.#code !== undefined) throw this.#failure(`ended with status ${this.#code}`)
  }

  /** Asks it to end, and waits until it did; throws where it does not, or not well. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM")
    const timeout = setTimeout(() => this.#child.kill("SIGKILL"), stopMillis)
    const code = await this.#ended
    clearTimeout(timeout)
    running.delete(this)
    if (code !== 0) throw this.#failure(`ended with status ${code} when asked to stop`)
  }

  /** Waits until it ends by itself; throws where it ends badly. */
  async finished(): Promise<void> {
    const code = await this.#ended
    running.delete(this)
    if (code !== 0) throw this.#failure(`ended with status ${code}`)
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill("SIGKILL")
  }

  #pid(): number {
    this.assertAlive()
    return this.#child.pid ?? 0
  }

  #failure(what: string): Error {
    const written = readFileSync(this.#logFile, "utf8").split("\n").slice(-20).join("\n")
    return new Error(`${this.#name} ${what}; the end of ${this.#logFile}:\n${written}`)
  }
}

/** Starts a candidate that consumes these topics, with its default configuration except for `settings`. */
export const start = (
  candidate: Candidate,
  launch: LaunchOptions,
  topics: Topics,
  settings: Settings
): CandidateProcess => {
  mkdirSync(launch.logs, { recursive: true })
  const logFile = join(launch.logs, `${candidate.name.replaceAll(" ", "-")}-${topics.ordersTopic}.log`)
  const log = openSync(logFile, "w")
  const { probe, ...others } = settings
  const preload = probe === undefined ? [] : ["--import", probeModule]
  const child = spawn(process.execPath, [...launch.nodeOptions, ...preload, ...candidate.command], {
    stdio: ["ignore", log, log],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      // Both find their modules compiled, as the command itself sees to.
      NODE_COMPILE_CACHE: join(cacheFolder, "compile-cache"),
      ...launch.environment,
      ...namesOf(topics),
      ...(probe === undefined ? {} : { BENCH_PROBE_FILE: probe }),
      ...others
    }
  })
  closeSync(log)
  if (child.pid !== undefined) launch.onStart?.(child.pid)
  return new CandidateProcess(candidate.name, child, logFile)
}

const probeModule = pathToFileURL(join(root, "bench", "Probe.ts")).href

const namesOf = (topics: Topics): Settings => ({
  PUBSUB_ORDERS_TOPIC: topics.ordersTopic,
  PUBSUB_ORDERS_SUBSCRIPTION: topics.ordersSubscription,
  PUBSUB_PAYMENTS_TOPIC: topics.paymentsTopic,
  PUBSUB_PAYMENTS_SUBSCRIPTION: topics.paymentsSubscription,
  PUBSUB_DLQ_TOPIC: topics.dlqTopic,
  PUBSUB_DLQ_SUBSCRIPTION: topics.dlqSubscription
})

const stopMillis = 60_000

// A benchmark that fails or is interrupted leaves nobody behind who goes on consuming.
const running = new Set<CandidateProcess>()
process.once("exit", () => {
  for (const one of running) one.kill()
})

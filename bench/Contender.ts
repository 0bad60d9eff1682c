/** What is compared, and how it is started, watched and stopped. */
import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import type { Place } from "./Bench.ts"
import { cpuMicros, peakResidentBytes } from "./ProcessUse.ts"
import type { Stage } from "./Stage.ts"

/** A program that does the work. */
export interface Contender {
  readonly name: string
  readonly command: ReadonlyArray<string>
}

/** The hand-written loop. */
export const loop: Contender = { name: "loop", command: [join(import.meta.dirname, "Loop.ts")] }

/** The real command, as a user starts it. */
export const counterfoil: Contender = {
  name: "counterfoil run",
  command: [join(import.meta.dirname, "..", "bin", "counterfoil.js"), "run"]
}

/** The loop under another name: compared with itself it shows what this machine's differences are worth. */
export const loopAgain: Contender = { ...loop, name: "loop again" }

/** Variables beside those that say where everything is. */
export type Settings = Readonly<Record<string, string>>

/** A contender at work, in a process of its own. */
export class Running {
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
    const patience = setTimeout(() => this.#child.kill("SIGKILL"), stopMillis)
    const code = await this.#ended
    clearTimeout(patience)
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
    return new Error(`${this.#name} ${what}; its last words (${this.#logFile}):\n${written}`)
  }
}

/** Starts a contender on a stage, with its default configuration but for `settings`. */
export const start = (contender: Contender, place: Place, stage: Stage, settings: Settings): Running => {
  mkdirSync(place.logs, { recursive: true })
  const logFile = join(place.logs, `${contender.name.replaceAll(" ", "-")}-${stage.ordersTopic}.log`)
  const log = openSync(logFile, "w")
  const { probe, ...others } = settings
  const preload = probe === undefined ? [] : ["--import", probeModule]
  const child = spawn(process.execPath, [...place.nodeOptions, ...preload, ...contender.command], {
    stdio: ["ignore", log, log],
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      // Both find their modules compiled, as the command itself sees to.
      NODE_COMPILE_CACHE: join(place.logs, "..", "compile-cache"),
      ...place.environment,
      ...namesOf(stage),
      ...(probe === undefined ? {} : { BENCH_PROBE_FILE: probe }),
      ...others
    }
  })
  closeSync(log)
  return new Running(contender.name, child, logFile)
}

const probeModule = pathToFileURL(join(import.meta.dirname, "Probe.ts")).href

const namesOf = (stage: Stage): Settings => ({
  PUBSUB_ORDERS_TOPIC: stage.ordersTopic,
  PUBSUB_ORDERS_SUBSCRIPTION: stage.ordersSubscription,
  PUBSUB_PAYMENTS_TOPIC: stage.paymentsTopic,
  PUBSUB_PAYMENTS_SUBSCRIPTION: stage.paymentsSubscription,
  PUBSUB_DLQ_TOPIC: stage.dlqTopic,
  PUBSUB_DLQ_SUBSCRIPTION: stage.dlqSubscription
})

const stopMillis = 60_000

// A benchmark that fails or is interrupted leaves nobody behind who goes on consuming.
const running = new Set<Running>()
process.once("exit", () => {
  for (const one of running) one.kill()
})

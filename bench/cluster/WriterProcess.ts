/** A process that writes to the cluster, as the benchmark sees it. */
import { type ChildProcess, fork } from "node:child_process"
import { join } from "node:path"
import type { StreamName } from "../Samples.ts"
import type { Written } from "./WriterProtocol.ts"

/** How rows are written. */
export interface WriteMethod {
  readonly name: string
  readonly file: string
}

/** As the hand-written loop does. */
export const rowByRow: WriteMethod = { name: "row by row", file: join(import.meta.dirname, "RowByRow.ts") }

/** As `counterfoil run` does. */
export const inBatches: WriteMethod = { name: "in batches", file: join(import.meta.dirname, "InBatches.ts") }

/** Row by row under another name, to see what differences are worth here. */
export const rowByRowAgain: WriteMethod = { ...rowByRow, name: "row by row again" }

/** A process that has connected and made what it will write. */
export class WriterProcess {
  readonly #child: ChildProcess
  readonly #name: string

  private constructor(name: string, child: ChildProcess) {
    this.#name = name
    this.#child = child
  }

  /** Starts it, and waits until it is ready. */
  static async start(
    { name, file }: WriteMethod,
    environment: Readonly<Record<string, string>>
  ): Promise<WriterProcess> {
    const child = fork(file, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment }
    })
    const writer = new WriterProcess(name, child)
    await writer.#answer()
    return writer
  }

  /** Has it write the rows of one stream. */
  async write(stream: StreamName): Promise<Written> {
    this.#child.send(stream)
    return (await this.#answer()) as Written
  }

  /** Ends it. */
  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once("exit", resolve))
    this.#child.disconnect()
    await ended
  }

  #answer(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`${this.#name} ended with status ${code}`))
      this.#child.once("exit", onExit)
      this.#child.once("message", (answer) => {
        this.#child.off("exit", onExit)
        resolve(answer)
      })
    })
  }
}

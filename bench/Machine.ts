/** What a run was made on: numbers of two machines, or of two versions, are not comparable. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { cpus, release, totalmem, type } from "node:os"
import { join } from "node:path"
import { root } from "./Folders.ts"
import { areServersGiven } from "./Servers.ts"

/** What a run was made on, and with. */
export interface Machine {
  readonly processor: string
  readonly cores: number
  readonly memoryGiB: number
  readonly system: string
  readonly node: string
  readonly versions: Readonly<Record<string, string>>
  readonly cassandra: string
  readonly servers: string
  /** The commit; with a plus sign where files were changed since. */
  readonly commit: string
}

/** Describes this machine. */
export const machine = (cassandra: string): Machine => ({
  processor: cpus()[0]?.model.trim() ?? "unknown",
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  system: `${type()} ${release()}`,
  node: process.versions.node,
  versions: Object.fromEntries(packages.map((name) => [name, versionOf(name)])),
  cassandra,
  servers: areServersGiven ? "given by the environment" : "started for this run, on the same machine",
  commit: `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "src", "bench") === "" ? "" : "+"}`
})

/** The same as a list in Markdown. */
export const machineLines = (machine: Machine): string =>
  [
    `- ${machine.cores} × ${machine.processor}, ${machine.memoryGiB} GiB, ${machine.system}`,
    `- Node ${machine.node}, ${Object.entries(machine.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(", ")}`,
    `- Cassandra ${machine.cassandra} (one node, but for the scenario cluster, which has three) and the Pub/Sub emulator: ${machine.servers}`,
    `- commit ${machine.commit}`
  ].join("\n")

const packages = ["effect", "@google-cloud/pubsub", "cassandra-driver"]

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version

const git = (...args: ReadonlyArray<string>): string => {
  try {
    return execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim()
  } catch {
    return "unknown"
  }
}

import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { bin } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"
import { objectionsTo, settingOf } from "./Acceptance.ts"

const root = join(import.meta.dirname, "..", "..")
const read = (path: string): string => readFileSync(join(root, path), "utf8")

interface Instruction {
  readonly name: string
  readonly text: string
  /** The stage that it belongs to, from 0. */
  readonly stage: number
}

/** The instructions of a Dockerfile, in order, without comments, each on one line. */
const instructions: ReadonlyArray<Instruction> = (() => {
  let stage = -1
  return read("Dockerfile")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", text = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? []
      if (name === "FROM") stage += 1
      return { name, text, stage }
    })
})()

const named = (name: string) => instructions.filter((instruction) => instruction.name === name)
const last = (name: string): string => named(name).at(-1)?.text ?? ""
const stages = named("FROM").map(({ text }) => / AS (\w+)$/.exec(text)?.[1] ?? "")

const copies = named("COPY").map(({ stage, text }) => {
  const words = text.split(/\s+/)
  const from = words.find((word) => word.startsWith("--from="))?.slice("--from=".length)
  const paths = words.filter((word) => !word.startsWith("--"))
  return { stage, from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" }
})

/** What .dockerignore lets pass: everything is left out but these. */
const context = read(".dockerignore")
  .split("\n")
  .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []))

const commandOf = (text: string): ReadonlyArray<string> => JSON.parse(text)
const health = /CMD (\[.*\])$/.exec(last("HEALTHCHECK"))?.[1] ?? "[]"
const hasHealth = existsSync(join(root, "src", "cli", "commands", "HealthCommand.ts"))

describe("the Dockerfile", () => {
  it("copies only what is there, and what .dockerignore lets pass", () => {
    const own = copies.filter(({ from }) => from === undefined).flatMap(({ sources }) => sources)
    expect(own.length).toBeGreaterThan(5)
    expect(own.filter((path) => !existsSync(join(root, path)))).toEqual([])
    expect([...new Set(own)].toSorted()).toEqual(context.toSorted())
  })

  it("copies from stages that come before, and what they make", () => {
    const between = copies.filter(({ from }) => from !== undefined)
    expect(between.length).toBe(2)
    for (const { from = "", stage } of between) {
      expect(stages.indexOf(from)).toBeGreaterThanOrEqual(0)
      expect(stages.indexOf(from)).toBeLessThan(stage)
    }
    expect(between.flatMap(({ sources }) => sources)).toEqual([
      "/packages/node_modules",
      "/build/dist/program"
    ])
    expect(read(bin.slice(root.length + 1))).toContain("../dist/program/main.js")
  })

  it("has in the image what the program of the package needs", () => {
    const { files } = JSON.parse(read("package.json")) as { files: ReadonlyArray<string> }
    // Documents, and the library for other programs, are of no use there.
    const needed = files.filter((file) => !/^docs$|\.md$|^dist\/(?!program$)/.test(file))
    const targets = copies
      .filter(({ stage }) => stage === stages.length - 1)
      .map(({ target }) => target.replace("./", ""))
    expect(targets).toEqual(expect.arrayContaining([...needed, "node_modules"]))
  })

  it("[G8] starts the program itself, without a shell that keeps signals", () => {
    const [node, file, ...args] = [...commandOf(last("ENTRYPOINT")), ...commandOf(last("CMD"))]
    expect([node, file]).toEqual(["/nodejs/bin/node", `/app/${bin.slice(root.length + 1)}`])
    expect(args).toEqual(["run"])
    expect(last("WORKDIR")).toBe("/app")
  })

  it("runs as a user without rights, with settings that are allowed", async () => {
    expect(last("USER")).toBe("65532:65532")
    const pairs = last("ENV").matchAll(/(\w+)=(\S+)/g)
    const environment = Object.fromEntries([...pairs].map(([, name = "", value = ""]) => [name, value]))
    const { NODE_ENV: _, ...ours } = environment
    for (const name of Object.keys(ours)) expect(() => settingOf(name, ours)).not.toThrow()
    expect(await objectionsTo(["run"], environment)).toEqual([])
    expect(last("EXPOSE")).toBe(String(settingOf("HTTP_PORT", {})))
  })

  // `health` asks, and nothing listens there: exit code 1, where wrong usage would be 2.
  it.runIf(hasHealth)("asks the program itself for its health, by a command line that it takes", async () => {
    const [port] = await Effect.runPromise(freePorts(1))
    const [node, file, ...args] = commandOf(health)
    expect([node, file]).toEqual(["/nodejs/bin/node", "/app/bin/counterfoil.js"])
    const { status, stderr } = spawnSync(process.execPath, [bin, ...args], {
      encoding: "utf8",
      env: { HTTP_PORT: String(port) }
    })
    expect({ status, stderr }).toMatchObject({ status: 1 })
  })

  it("installs without scripts of packages", () => {
    const installs = named("RUN").filter(({ text }) => text.includes("npm ci"))
    expect(installs.length).toBe(2)
    expect(installs.filter(({ text }) => !text.includes("--ignore-scripts"))).toEqual([])
  })
})

/** Asks catchers about the program in a tree. */
import { existsSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { type Duration, Effect } from "effect"
import { type Ran, runNode } from "./Command.ts"
import { type Catcher, type Mutant, nameOf } from "./Mutant.ts"
import type { Tree } from "./Tree.ts"
import { type Verdict, verdictOf } from "./Verdict.ts"

/** A question to one or several catchers. */
export interface Question {
  readonly name: string
  readonly ask: (tree: Tree) => Effect.Effect<Verdict>
}

/** Asks one catcher. */
export const questionTo = (catcher: Catcher): Question => ({
  name: nameOf(catcher),
  ask: (tree) =>
    catcher._tag === "Unit" || catcher._tag === "Integration"
      ? askTests(tree, catcher, [catcher.file])
      : Effect.map(run(tree, commandOf(catcher)), (ran) => verdictOf(catcher, ran, ""))
})

/** Asks all of them, each once, in as few runs as it takes: whole files of tests together. */
export const questionsTo = (catchers: ReadonlyArray<Catcher>): ReadonlyArray<Question> => {
  const together = (["Unit", "Integration"] as const).flatMap((_tag) => {
    const files = [...new Set(catchers.flatMap((catcher) => (catcher._tag === _tag ? [catcher.file] : [])))]
    const catcher: TestCatcher = { _tag, file: files.join(" "), title: undefined }
    const name = `${files.length} files of tests ${_tag === "Unit" ? "without" : "with"} servers`
    return files.length === 0 ? [] : [{ name, ask: (tree: Tree) => askTests(tree, catcher, files) }]
  })
  const others = new Map(
    catchers.flatMap((catcher) =>
      catcher._tag === "Unit" || catcher._tag === "Integration" ? [] : [[nameOf(catcher), catcher] as const]
    )
  )
  return [...together, ...[...others.values()].map(questionTo)]
}

/** Whether the broken module loads, and all it imports; else why not. */
export const loads = (tree: Tree, { file }: Mutant): Effect.Effect<string | undefined> =>
  Effect.map(
    run(tree, {
      args: ["--input-type=module", "--eval", `await import("./${file}")`],
      within: "30 seconds"
    }),
    ({ code, output }) => (code === 0 ? undefined : output.trim())
  )

type TestCatcher = Catcher & { readonly _tag: "Unit" | "Integration" }

interface Command {
  readonly args: ReadonlyArray<string>
  readonly within: Duration.Input
}

const run = (tree: Tree, { args, within }: Command): Effect.Effect<Ran> =>
  runNode(args, { cwd: tree.folder, environment: { REQUIRE_SERVICES: "1" }, within })

const askTests = (tree: Tree, catcher: TestCatcher, files: ReadonlyArray<string>): Effect.Effect<Verdict> =>
  Effect.suspend(() => {
    const report = join(tree.folder, "report.json")
    rmSync(report, { force: true })
    const args = [
      ...["node_modules/vitest/vitest.mjs", "run", ...files],
      ...(catcher.title === undefined ? [] : ["--testNamePattern", literally(catcher.title)]),
      // The first failure says enough, and what hangs is not waited for as long as usual.
      ...["--bail=1", "--testTimeout=30000", ...(catcher._tag === "Unit" ? ["--hookTimeout=10000"] : [])],
      ...["--reporter=json", `--outputFile=${report}`]
    ]
    return Effect.map(run(tree, { args, within: "8 minutes" }), (ran) =>
      verdictOf(catcher, ran, existsSync(report) ? readFileSync(report, "utf8") : "")
    )
  })

const literally = (text: string): string => text.replaceAll(/[^\w\s]/g, "\\$&")

const commandOf = (catcher: Exclude<Catcher, TestCatcher>): Command => {
  if (catcher._tag === "Simulation") {
    return {
      args: ["test/simulation/main.ts", "--seeds", String(catcher.seeds), "--bail"],
      within: "5 minutes"
    }
  }
  return {
    args: [
      "test/faults/main.ts",
      ...["--only", catcher.name, "--messages", String(catcher.messages)],
      ...["--settle-within", String(settleWithinSeconds)]
    ],
    within: "8 minutes"
  }
}

/** A broken program is given less time than `npm run test:faults` gives one that may be slow. */
const settleWithinSeconds = 60

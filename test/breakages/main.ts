/** `npm run test:breakages`: breaks one mechanism after another, and sees that a test notices each. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { type Breakage, type Catcher, isQuick, misfitOf } from "./Breakage.ts"
import { breakages } from "./Breakages.ts"
import { loads, type Question, questionsTo, questionTo } from "./Catching.ts"
import { copyOfTree, root, type Tree } from "./Tree.ts"
import type { Verdict } from "./Verdict.ts"

const usage = `npm run test:breakages -- [--only NAME,…] [--quick | --servers] [--broken-only]

  --only         these breakages: ${breakages.map(({ name }) => name).join(", ")}
  --quick        only what tests without servers and the simulation have to notice
  --servers      only what tests and scenarios on real servers have to notice
  --broken-only  takes for granted that all tests pass while nothing is broken
`

const options = (() => {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      quick: { type: "boolean" },
      servers: { type: "boolean" },
      "broken-only": { type: "boolean" }
    }
  })
  const names = values.only?.split(",") ?? breakages.map(({ name }) => name)
  if (names.some((name) => !breakages.some((breakage) => breakage.name === name))) {
    process.stderr.write(usage)
    process.exit(2)
  }
  const isAsked = (catcher: Catcher) => (isQuick(catcher) ? values.servers !== true : values.quick !== true)
  return {
    isBrokenOnly: values["broken-only"] === true,
    chosen: breakages
      .filter(({ name }) => names.includes(name))
      .map((breakage) => ({ breakage, catchers: breakage.caughtBy.filter(isAsked) }))
      .filter(({ catchers }) => catchers.length > 0)
  }
})()

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const timed = (asking: Effect.Effect<Verdict>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(asking, (verdict) => ({
      verdict,
      took: `${((performance.now() - began) / 1_000).toFixed(0)} s`
    }))
  })

/** Says whether the catcher passes while nothing is broken; what fails then proves nothing of a breakage. */
const passes = (tree: Tree, { name, ask }: Question) =>
  Effect.gen(function* () {
    const { verdict, took } = yield* timed(ask(tree))
    yield* say(
      verdict._tag === "Passed"
        ? `unbroken, passes in ${took}: ${name}`
        : `unbroken, DOES NOT PASS: ${name}: ${saidIn(verdict)}`
    )
    return verdict._tag === "Passed"
  })

/** Says whether the catcher notices the breakage. */
const notices = (tree: Tree, { name: breakage, guarantee }: Breakage, { name, ask }: Question) =>
  Effect.gen(function* () {
    const { verdict, took } = yield* timed(ask(tree))
    const how = { Passed: "NOT NOTICED", Noticed: "noticed", Unusable: "NOT JUDGED" }[verdict._tag]
    yield* say(`${breakage} (${guarantee ?? "–"}) ${how} in ${took} by ${name}: ${saidIn(verdict)}`)
    return verdict._tag === "Noticed"
  })

const saidIn = (verdict: Verdict): string => {
  switch (verdict._tag) {
    case "Passed":
      return "it passes"
    case "Noticed":
      return verdict.said
    case "Unusable":
      return verdict.why
  }
}

/** How many catchers did not notice it. */
const tried = (tree: Tree, { breakage, catchers }: (typeof options.chosen)[number]) =>
  tree.whileBroken(
    breakage,
    Effect.gen(function* () {
      const trouble = yield* loads(tree, breakage)
      if (trouble !== undefined) {
        yield* say(`${breakage.name} NOT JUDGED: ${breakage.file} does not load any more: ${trouble}`)
        return catchers.length
      }
      let unnoticed = 0
      for (const catcher of catchers) {
        if (!(yield* notices(tree, breakage, questionTo(catcher)))) unnoticed += 1
      }
      return unnoticed
    })
  )

const program = Effect.gen(function* () {
  const misfits = breakages.flatMap(
    (breakage) => misfitOf(breakage, readFileSync(join(root, breakage.file), "utf8")) ?? []
  )
  if (misfits.length > 0) {
    yield* say(misfits.join("\n"))
    process.exitCode = 1
    return
  }
  const tree = yield* copyOfTree
  let failed = 0
  if (!options.isBrokenOnly) {
    for (const question of questionsTo(options.chosen.flatMap(({ catchers }) => catchers))) {
      if (!(yield* passes(tree, question))) failed += 1
    }
  }
  for (const one of options.chosen) failed += yield* tried(tree, one)
  const count = options.chosen.length
  yield* say(failed === 0 ? `each of ${count} breakages noticed` : `${failed} of the above FAILED`)
  process.exitCode = failed === 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(program), { disableErrorReporting: false })

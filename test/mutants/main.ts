/** `npm run test:mutants`: breaks one mechanism after another, and sees that a test notices each. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { loads, type Question, questionsTo, questionTo } from "./Catching.ts"
import { type Catcher, isQuick, type Mutant, misfitOf } from "./Mutant.ts"
import { mutants } from "./Mutants.ts"
import { copyOfTree, root, type Tree } from "./Tree.ts"
import type { Verdict } from "./Verdict.ts"

const usage = `npm run test:mutants -- [--only NAME,…] [--quick | --servers] [--broken-only]

  --only         these mutants: ${mutants.map(({ name }) => name).join(", ")}
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
  const names = values.only?.split(",") ?? mutants.map(({ name }) => name)
  if (names.some((name) => !mutants.some((mutant) => mutant.name === name))) {
    process.stderr.write(usage)
    process.exit(2)
  }
  const isAsked = (catcher: Catcher) => (isQuick(catcher) ? values.servers !== true : values.quick !== true)
  return {
    isBrokenOnly: values["broken-only"] === true,
    chosen: mutants
      .filter(({ name }) => names.includes(name))
      .map((mutant) => ({ mutant, catchers: mutant.caughtBy.filter(isAsked) }))
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

/** Says whether the catcher passes while nothing is broken; what fails then proves nothing of a mutant. */
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

/** Says whether the catcher notices the mutant. */
const notices = (tree: Tree, { name: mutant, guarantee }: Mutant, { name, ask }: Question) =>
  Effect.gen(function* () {
    const { verdict, took } = yield* timed(ask(tree))
    const how = { Passed: "NOT NOTICED", Noticed: "noticed", Unusable: "NOT JUDGED" }[verdict._tag]
    yield* say(`${mutant} (${guarantee ?? "–"}) ${how} in ${took} by ${name}: ${saidIn(verdict)}`)
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
const tried = (tree: Tree, { mutant, catchers }: (typeof options.chosen)[number]) =>
  tree.whileBroken(
    mutant,
    Effect.gen(function* () {
      const trouble = yield* loads(tree, mutant)
      if (trouble !== undefined) {
        yield* say(`${mutant.name} NOT JUDGED: ${mutant.file} does not load any more: ${trouble}`)
        return catchers.length
      }
      let unnoticed = 0
      for (const catcher of catchers) {
        if (!(yield* notices(tree, mutant, questionTo(catcher)))) unnoticed += 1
      }
      return unnoticed
    })
  )

const program = Effect.gen(function* () {
  const misfits = mutants.flatMap(
    (mutant) => misfitOf(mutant, readFileSync(join(root, mutant.file), "utf8")) ?? []
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
  yield* say(failed === 0 ? `each of ${count} mutants noticed` : `${failed} of the above FAILED`)
  process.exitCode = failed === 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(program), { disableErrorReporting: false })

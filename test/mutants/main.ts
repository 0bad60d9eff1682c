/** `npm run test:mutants`: breaks one mechanism after another, and sees that a test notices each. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect, Exit, Runtime } from "effect"
import { optionsOfProcess } from "../support/CommandLine.ts"
import { inLanes } from "../support/Lanes.ts"
import { ProofFile } from "../support/proofs/ProofFile.ts"
import { loads, type Question, questionsTo, questionTo } from "./Catching.ts"
import { type Lane, makeLanes } from "./Lane.ts"
import { type Catcher, type Mutant, misfitOf } from "./Mutant.ts"
import { parseOptions, usage } from "./Options.ts"
import { mutantLine, saidIn, unbrokenLine, writeReport } from "./Report.ts"
import { root } from "./Tree.ts"
import type { Verdict } from "./Verdict.ts"

const options = optionsOfProcess(usage, parseOptions)

const say = (line: string) => Effect.sync(() => void process.stdout.write(`${line}\n`))

const timed = (asking: Effect.Effect<Verdict>) =>
  Effect.suspend(() => {
    const began = performance.now()
    return Effect.map(asking, (verdict) => ({ verdict, seconds: (performance.now() - began) / 1_000 }))
  })

/** A step of the proof: its parts are kept under their names. */
interface Step {
  /** The greatest of its catchers. **Units**: none; the greater, the longer. */
  readonly cost: number
  readonly parts: ReadonlyArray<{ readonly name: string; readonly question: Question }>
  readonly run: (lane: Lane, parts: Step["parts"]) => Effect.Effect<void>
}

/** Whether a catcher passes while nothing is broken; what fails then proves nothing of a mutant. */
const unbroken = (file: ProofFile, question: Question): Step => ({
  cost: question.cost,
  parts: [{ name: `unbroken: ${question.name}`, question }],
  run: (lane, parts) =>
    Effect.forEach(
      parts,
      Effect.fnUntraced(function* ({ name, question: { ask, name: catcher } }) {
        const { verdict, seconds } = yield* timed(ask(lane))
        file.add(name, { holds: verdict._tag === "Passed", said: saidIn(verdict), seconds })
        yield* say(unbrokenLine(catcher, verdict, seconds))
      }),
      { discard: true }
    )
})

/** Whether its catchers notice a mutant. */
const broken = (file: ProofFile, mutant: Mutant, catchers: ReadonlyArray<Catcher>): Step => ({
  cost: Math.max(...catchers.map((catcher) => questionTo(catcher).cost)),
  parts: catchers.map(questionTo).map((question) => ({ name: `${mutant.name}: ${question.name}`, question })),
  run: (lane, parts) =>
    lane.tree.whileBroken(
      mutant,
      Effect.gen(function* () {
        const trouble = yield* loads(lane, mutant)
        const unloadable: Verdict = { _tag: "Unusable", why: `${mutant.file} does not load: ${trouble}` }
        for (const { name, question } of parts) {
          const asking = trouble === undefined ? question.ask(lane) : Effect.succeed(unloadable)
          const { verdict, seconds } = yield* timed(asking)
          file.add(name, { holds: verdict._tag === "Noticed", said: saidIn(verdict), seconds })
          yield* say(mutantLine(mutant, question.name, verdict, seconds))
        }
      })
    )
})

/** What is known does not have to be done again. */
const missingOf = (file: ProofFile, step: Step): Step => {
  const missing = file.missing(step.parts.map(({ name }) => name))
  return { ...step, parts: step.parts.filter(({ name }) => missing.includes(name)) }
}

const program = Effect.gen(function* () {
  const { chosen } = options
  const misfits = chosen.flatMap(
    ({ mutant }) => misfitOf(mutant, readFileSync(join(root, mutant.file), "utf8")) ?? []
  )
  if (misfits.length > 0) {
    yield* say(misfits.join("\n"))
    process.exitCode = 1
    return
  }
  const file = ProofFile.open("mutants", options.isFresh)
  const questions = options.isBrokenOnly ? [] : questionsTo(chosen.flatMap(({ catchers }) => catchers))
  const cheapestFirst = (steps: ReadonlyArray<Step>) => steps.toSorted((one, other) => one.cost - other.cost)
  const phases = [
    cheapestFirst(questions.map((question) => unbroken(file, question))),
    cheapestFirst(chosen.map(({ mutant, catchers }) => broken(file, mutant, catchers)))
  ]
  const parts = phases.flat().flatMap((step) => step.parts.map(({ name }) => name))
  const toDo = phases.map((steps) =>
    steps.map((step) => missingOf(file, step)).filter((step) => step.parts.length > 0)
  )
  const left = toDo.flat().flatMap((step) => step.parts)
  if (left.length < parts.length) {
    yield* say(
      `${parts.length - left.length} of ${parts.length} parts hold already (${file.path}); --fresh forgets them`
    )
  }
  if (left.length > 0) {
    const lanes = yield* makeLanes(
      Math.min(options.lanes, left.length),
      left.map(({ question }) => question.asks)
    )
    for (const steps of toDo) yield* inLanes(lanes, steps, (lane, step) => step.run(lane, step.parts))
  }
  if (options.report !== undefined) writeReport(file, parts, options.report, options.flags)
  const failed = file.missing(parts).length
  yield* say(failed === 0 ? `each of ${chosen.length} mutants noticed` : `${failed} of the above FAILED`)
  process.exitCode = failed === 0 ? 0 : 1
})

NodeRuntime.runMain(Effect.scoped(program), {
  disableErrorReporting: false,
  // What a scenario has left open must not keep the process.
  teardown: (exit, onExit) =>
    Exit.isSuccess(exit) ? process.exit(Number(process.exitCode)) : Runtime.defaultTeardown(exit, onExit)
})

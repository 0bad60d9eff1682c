/** A rolling upgrade from the version before, under load, back again, and once more. */
import { execFileSync } from "node:child_process"
import { Effect } from "effect"
import { Checkouts } from "../../../bench/comparison/Checkout.ts"
import { binOf, root } from "../../../bench/Folders.ts"
import { counterfoil } from "../../support/Counterfoil.ts"
import { type RunningProcessor, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { steadyTraffic } from "../SteadyTraffic.ts"

/** The last commit whose processes have no row in the progress table, and none of the pages of today. */
const versionBefore = "4a745f7"

const isKnown = (): boolean => {
  try {
    execFileSync("git", ["cat-file", "-e", `${versionBefore}^{commit}`], { cwd: root, stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** **Units**: seconds. */
const seconds = 240

const upgrade: Scenario = {
  name: "rolling-upgrade",
  fault: "two processes upgraded, downgraded and upgraded",
  missing: () => (isKnown() ? undefined : `git does not know the commit ${versionBefore} (a shallow clone)`),
  signs: { nothingToTell: "one of two is always ready" },
  load: () =>
    steadyTraffic({
      seconds,
      seed: 111,
      ordersPerSecond: 98,
      paymentsPerSecond: 100,
      lateOrderEverySeconds: 5
    }),
  loadSeconds: seconds,
  unmatchedWithinSeconds: 30 + 90,
  settleWithinSeconds: 240,
  run: (context) =>
    Effect.gen(function* () {
      const { deployment, expect, processors, untilPublished } = context
      const before = binOf(new Checkouts().ofCommit(versionBefore).folder)
      yield* Effect.promise(() => deployment.table.execute("DROP TABLE KEYSPACE.counterfoil_progress"))
      const old = { bin: before }
      let all = yield* Effect.replicateEffect(processors.start(old), 2)
      yield* Effect.forEach(all, untilReady)
      yield* untilPublished(0.1)
      const { code } = yield* Effect.scoped(setup(context))
      yield* expect(code === 0, `setup of the new version beside the old one: exit code ${code}`)
      for (const [share, version] of [
        [0.2, {}],
        [0.45, old],
        [0.7, {}]
      ] as const) {
        yield* untilPublished(share)
        all = yield* replaced(context, all, version)
      }
    })
}

/** As docs/operations.md says: the tables first. */
const setup = ({ deployment }: ScenarioContext) =>
  Effect.flatMap(counterfoil(["setup", "cassandra"], deployment.environment), ({ ended }) => ended)

/** Each in its turn: another one is ready before it is stopped. */
const replaced = (
  { processors }: ScenarioContext,
  all: ReadonlyArray<RunningProcessor>,
  version: { readonly bin?: string }
) =>
  Effect.forEach(all, (one) =>
    Effect.gen(function* () {
      const next = yield* processors.start(version)
      yield* untilReady(next)
      yield* processors.stop(one)
      return next
    })
  )

/** From one version to another. */
export const upgrades: ReadonlyArray<Scenario> = [upgrade]

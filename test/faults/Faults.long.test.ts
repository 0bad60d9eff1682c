import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { describeWith, emulatorHost } from "../support/TestServices.ts"
import { heading, outcomeLines } from "./Report.ts"
import type { Scenario } from "./Scenario.ts"
import { runScenario } from "./ScenarioRunner.ts"
import { scenarioNamed } from "./Scenarios.ts"
import { type Servers, serversAround } from "./Servers.ts"
import { traffic } from "./Traffic.ts"

/** One Cassandra for all of them: it may be frozen and killed, which the run's shared one must not be. */
class FaultServers extends Context.Service<FaultServers, Servers>()("counterfoil/test/FaultServers") {
  static readonly layer = Layer.effect(FaultServers, serversAround(emulatorHost ?? ""))
}

const messages = 5_000

/** Shorter than `npm run test:faults`, with a grace as short as the fault allows. */
const shortened = (name: string, changes: Partial<Scenario>): Scenario => ({
  ...scenarioNamed(name),
  loadSeconds: 10,
  ...changes
})

describeWith("cassandra", "pubsub")("Under faults, by an independent ledger", () => {
  layer(FaultServers.layer, { timeout: "240 seconds", excludeTestServices: true })((it) => {
    const proves = (title: string, scenario: Scenario) => it.effect(title, () => proven(scenario), 150_000)

    proves(
      "[G1] [G4] Cassandra frozen under load: nothing lost, wrong, doubled or misrouted",
      shortened("cassandra-frozen", {
        load: (amount) => traffic({ messages: amount, seed: 3, unmatched: 0 }),
        environment: { PAYMENT_GRACE: "60s" }
      })
    )
    proves(
      "[G4] [G5] without a dead-letter topic payments stand still, orders flow, and health says why",
      shortened("dlq-missing", {})
    )
  })
})

const proven = (scenario: Scenario) =>
  Effect.gen(function* () {
    const outcome = yield* runScenario(scenario, yield* FaultServers, { messages })
    const report = `${heading}\n${outcomeLines(outcome)}`
    process.stdout.write(`${report}\n`)
    assert.isTrue(outcome.isRight, report)
  })

/** Cassandra frozen, killed, and late. */
import { Effect } from "effect"
import { untilHealthSays, untilReady } from "../Processors.ts"
import type { Scenario } from "../Scenario.ts"
import { forAtLeast, type Signs } from "../Signs.ts"

/** What tells that no node of Cassandra answers. */
export const withoutCassandra: Signs = {
  sentence: /^Cassandra has not answered for .*Nothing is lost/,
  doctor: "CF-101",
  alert: /^CounterfoilFactsUnavailable$/
}

const frozen: Scenario = {
  name: "cassandra-frozen",
  fault: "Cassandra frozen for 20 s (SIGSTOP)",
  signs: withoutCassandra,
  run: ({ processors, cassandra, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* node.signal("SIGSTOP")
      yield* untilHealthSays(processor, factsAway)
      yield* forAtLeast(20, lookForSigns())
      yield* node.signal("SIGCONT")
    })
}

const killed: Scenario = {
  name: "cassandra-killed",
  fault: "Cassandra killed, restarted on its data",
  signs: withoutCassandra,
  run: ({ processors, cassandra, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* node.kill
      yield* untilHealthSays(processor, factsAway)
      yield* lookForSigns()
      yield* node.start
    })
}

const late: Scenario = {
  name: "cassandra-late",
  fault: "Cassandra started after the processor",
  signs: withoutCassandra,
  run: ({ processors, cassandra, untilPublished, lookForSigns }) =>
    Effect.gen(function* () {
      const { node } = cassandra
      yield* node.stop
      const processor = yield* processors.start()
      yield* untilHealthSays(processor, factsAway)
      yield* untilPublished(0.5)
      yield* lookForSigns()
      yield* node.start
      yield* untilReady(processor)
    })
}

/** What health says of a Cassandra that is away. */
export const factsAway = /"facts":\{[^}]*"unavailable"/i

/** One node away. */
export const cassandraAway: ReadonlyArray<Scenario> = [frozen, killed, late]

import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option } from "effect"
import { cassandraSection } from "../../src/config/CassandraSection.ts"
import { type ConfigurationError, configuration } from "../../src/config/Configuration.ts"
import { withPreset } from "../../src/config/Section.ts"

const preset = { flag: "demo", meaning: "Use the demo", settings: "the demo's" } as const
const wanted = { cassandra: withPreset(cassandraSection, preset) }
const contactPoints = { "cassandra-contact-points": Option.some("db1") }

const reading = (
  flags: Readonly<Record<string, Option.Option<string>>>,
  environment: Record<string, string> = {}
) =>
  configuration(wanted, flags).pipe(
    Effect.map(({ settings }) => settings.cassandra),
    Effect.provideService(ConfigProvider.ConfigProvider, ConfigProvider.fromEnv({ env: environment }))
  )

describe("a preset", () => {
  it.effect("gives the settings in place of the variables, which are not read then", () =>
    Effect.gen(function* () {
      const given = { demo: Option.some("true") }
      assert.strictEqual(yield* reading(given), "the demo's")
      assert.strictEqual(yield* reading(given, { CASSANDRA_CONSISTENCY: "SOME" }), "the demo's")
    })
  )

  it.effect("is off unless its flag is given", () =>
    Effect.gen(function* () {
      for (const demo of [Option.none(), Option.some("false")])
        assert.deepInclude(yield* reading({ ...contactPoints, demo }), { contactPoints: ["db1"] })
      const error: ConfigurationError = yield* Effect.flip(reading({}))
      assert.include(error.message, "CASSANDRA_CONTACT_POINTS")
    })
  )

  it.effect("and a flag of the section together are a mistake, and each such flag is named", () =>
    Effect.gen(function* () {
      const flags = { ...contactPoints, "cassandra-keyspace": Option.some("k"), demo: Option.some("true") }
      const { problems } = yield* Effect.flip(reading(flags))
      assert.deepStrictEqual(problems, [
        "--cassandra-contact-points has no use with --demo (Use the demo). Leave one of them out",
        "--cassandra-keyspace has no use with --demo (Use the demo). Leave one of them out"
      ])
    })
  )
})

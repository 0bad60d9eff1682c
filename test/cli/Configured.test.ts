import { describe, expect, it } from "@effect/vitest"
import { Cause, ConfigProvider, Effect, Exit } from "effect"
import { cliWith } from "../../src/cli/Cli.ts"
import { exitCodeOf } from "../../src/cli/Failure.ts"
import { Screen } from "../../src/cli/Screen.ts"
import { sections } from "../../src/config/Sections.ts"
import { malformedTexts } from "../config/MalformedTexts.ts"
import { toldIn } from "../support/Told.ts"
import { fakeScreen } from "./FakeScreen.ts"

type Environment = Readonly<Record<string, string>>

/** Runs the real command in this process, with this environment: its exit code, and what it told people. */
const ran = (args: ReadonlyArray<string>, environment: Environment) =>
  Effect.gen(function* () {
    const { screen, written } = fakeScreen(false)
    const exit = yield* Effect.exit(
      cliWith(args).pipe(
        Effect.provideService(Screen, screen),
        Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(environment)))
      )
    )
    const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
    return { code: exitCodeOf(cause), lines: toldIn(written()) }
  })

const required = { CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" }

const variableOf = (name: string) =>
  Object.values(sections)
    .flatMap(({ variables }) => Object.values(variables))
    .find(({ doc }) => doc.name === name)

const flagOf = (name: string): string => variableOf(name)?.flag ?? "none"

/** The value of a secret is never shown. */
const shown = (name: string): string =>
  variableOf(name)?.doc.secret === true ? "is malformed \\(its value is not shown\\): .*" : 'is ".*'

describe("a variable that is malformed ends run with exit 2 and one line that names it", () => {
  // Of OpenTelemetry the flags alone do: platforms set the variables.
  for (const [name, text] of Object.entries(malformedTexts).filter(([other]) => !other.startsWith("OTEL_"))) {
    it.effect(name, () =>
      Effect.gen(function* () {
        const { code, lines } = yield* ran(["run"], { ...required, [name]: text })
        expect(code).toBe(2)
        expect(lines).toEqual([
          expect.stringMatching(new RegExp(`^counterfoil: ${name} ${shown(name)} Example: ${name}=`))
        ])
      })
    )
  }

  it.effect.each(
    Object.entries(malformedTexts).filter(([name]) => !["CASSANDRA_TLS", "OTEL_SDK_DISABLED"].includes(name))
  )("the flag of %s under its own name", ([name, text]) =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["run", `--${flagOf(name)}`, text], required)
      expect(code).toBe(2)
      expect(lines).toEqual([
        expect.stringMatching(new RegExp(`^counterfoil: --${flagOf(name)} ${shown(name)}`))
      ])
    })
  )
})

describe("a variable that is missing where it is required ends the command with exit 2 and one line", () => {
  const login = { ...required, CASSANDRA_USERNAME: "ann" }
  const cases: ReadonlyArray<readonly [args: ReadonlyArray<string>, environment: Environment, line: RegExp]> =
    [
      ...[["run"], ["setup"], ["setup", "cassandra"], ["facts", "count"], ["facts", "get", "1"]].map(
        (args) => [args, {}, /^counterfoil: CASSANDRA_CONTACT_POINTS is missing: /] as const
      ),
      [
        ["run"],
        login,
        /^counterfoil: CASSANDRA_USERNAME is given without a password\. Set CASSANDRA_PASSWORD/
      ],
      [
        ["facts", "count"],
        { ...required, CASSANDRA_PASSWORD: "hunter2" },
        /^counterfoil: CASSANDRA_PASSWORD is given without a user name\. Set CASSANDRA_USERNAME/
      ],
      ...[
        ["setup", "pubsub"],
        ["produce", "all", "--count", "1"]
      ].map(
        (args) =>
          [
            args,
            { PUBSUB_EMULATOR_HOST: "127.0.0.1:9" },
            /^counterfoil: .* set PUBSUB_PROJECT_ID or pass --project$/
          ] as const
      )
    ]

  it.effect.each(cases)("%j with %o", ([args, environment, line]) =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(args, environment)
      expect(code).toBe(2)
      expect(lines).toEqual([expect.stringMatching(line)])
      expect(lines.join()).not.toContain("hunter2")
    })
  )
})

describe("a file that a setting names and nobody can read ends a command with exit 2 and one line", () => {
  it.effect("names the variable, the path and what is wrong with it", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["facts", "count"], {
        ...required,
        CASSANDRA_TLS: "true",
        CASSANDRA_TLS_CA: "/nowhere/ca.pem"
      })
      expect(code).toBe(2)
      expect(lines).toEqual(['counterfoil: CASSANDRA_TLS_CA is "/nowhere/ca.pem": no such file'])
    })
  )

  it.effect("names the flag where one was given", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["run", "--cassandra-secure-bundle", "/nowhere/bundle.zip"], {})
      expect(code).toBe(2)
      expect(lines).toEqual(['counterfoil: --cassandra-secure-bundle is "/nowhere/bundle.zip": no such file'])
    })
  )

  it.effect("a folder is no file", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["facts", "count"], { CASSANDRA_SECURE_BUNDLE: "/" })
      expect(code).toBe(2)
      expect(lines).toEqual(['counterfoil: CASSANDRA_SECURE_BUNDLE is "/": a folder, not a file'])
    })
  )
})

import { describe, expect, it } from "@effect/vitest"
import { ConfigProvider, Effect, Option, Runtime } from "effect"
import { configuration, type FlagTexts } from "../../src/config/Configuration.ts"
import { sections } from "../../src/config/Sections.ts"
import type { Variable } from "../../src/config/Variable.ts"
import { malformedTexts, takesAnything } from "./MalformedTexts.ts"

const required = { CASSANDRA_CONTACT_POINTS: "db1" }

const readAll = (env: Record<string, string>, flags: FlagTexts = {}) =>
  configuration(sections, flags).pipe(Effect.provide(ConfigProvider.layer(ConfigProvider.fromEnvRecord(env))))

const problemsOf = (env: Record<string, string>, flags: FlagTexts = {}) =>
  Effect.map(Effect.flip(readAll(env, flags)), (error) => error.problems)

const variables = Object.values(sections).flatMap(
  (section): ReadonlyArray<Variable<unknown>> => Object.values(section.variables)
)

/** Platforms set these by themselves. */
const isTolerated = (variable: Variable<unknown>): boolean =>
  Object.values(sections.telemetry.variables).includes(variable)

describe("one clear line for what is malformed", () => {
  it("there is a malformed text for every variable that can refuse one", () => {
    const names = variables.map((variable) => variable.doc.name)
    expect([...Object.keys(malformedTexts), ...takesAnything].sort()).toEqual(names.toSorted())
  })

  for (const variable of variables.filter(({ doc }) => !takesAnything.includes(doc.name))) {
    const { name } = variable.doc
    const text = malformedTexts[name] ?? ""
    const shown = variable.doc.secret === true ? "malformed (its value is not shown)" : `"${text}"`

    if (isTolerated(variable)) {
      it.effect(`${name}="${text}" is a warning, and the process starts`, () =>
        Effect.gen(function* () {
          const { warnings } = yield* readAll({ ...required, [name]: text })
          expect(warnings).toEqual([
            expect.stringContaining(
              `${name} is ${shown}: must be ${variable.allowed}. Example: ${name}=${variable.example}. Until then, `
            )
          ])
        })
      )
    } else {
      it.effect(
        `${name}="${JSON.stringify(text).slice(1, -1)}" is refused, with what is allowed and an example`,
        () =>
          Effect.gen(function* () {
            expect(yield* problemsOf({ ...required, [name]: text })).toEqual([
              `${name} is ${shown}: must be ${variable.allowed}. Example: ${name}=${variable.example}`
            ])
          })
      )
    }

    it.effect(`--${variable.flag} is refused under the flag's name`, () =>
      Effect.gen(function* () {
        expect(yield* problemsOf(required, { [variable.flag]: Option.some(text) })).toEqual([
          `--${variable.flag} is ${shown}: must be ${variable.allowed}. ` +
            `Example: --${variable.flag} ${variable.example}`
        ])
      })
    )
  }

  it("every example and every default is legal itself", () => {
    for (const variable of variables) {
      expect(variable.decode(variable.example), variable.doc.name).toSatisfy(Option.isSome)
      expect(variable.whenMissing, variable.doc.name).toSatisfy(Option.isSome)
    }
  })

  it.effect("all problems of all sections are told at once, and the exit code is 2", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        readAll({ LOG_LEVEL: "loud", PAYMENT_GRACE: "soon", CASSANDRA_USERNAME: "ann", HTTP_PORT: "http" })
      )
      const named = error.message.split("\n").map((line) => line.split(" ")[0])
      expect(named).toEqual([
        "CASSANDRA_CONTACT_POINTS",
        "CASSANDRA_USERNAME",
        "PAYMENT_GRACE",
        "HTTP_PORT",
        "LOG_LEVEL"
      ])
      expect(Runtime.getErrorExitCode(error)).toBe(2)
    })
  )

  it.effect("a value of many lines stays one short line", () =>
    Effect.gen(function* () {
      const [problem = ""] = yield* problemsOf({ ...required, CASSANDRA_KEYSPACE: "x".repeat(10_000) })
      expect(problem.length).toBeLessThan(300)
    })
  )
})

describe("what values have to do with one another", () => {
  const broken: ReadonlyArray<readonly [title: string, env: Record<string, string>, line: RegExp]> = [
    [
      "no contact points and no bundle",
      {},
      /^CASSANDRA_CONTACT_POINTS is missing: .*Example: CASSANDRA_CONTACT_POINTS=/
    ],
    [
      "a bundle beside contact points",
      { ...required, CASSANDRA_SECURE_BUNDLE: "b.zip" },
      /^CASSANDRA_CONTACT_POINTS and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a bundle beside TLS",
      { CASSANDRA_SECURE_BUNDLE: "b.zip", CASSANDRA_TLS: "true" },
      /^CASSANDRA_TLS and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a bundle beside a CA",
      { CASSANDRA_SECURE_BUNDLE: "b.zip", CASSANDRA_TLS_CA: "ca.pem" },
      /^CASSANDRA_TLS_CA and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a CA without TLS",
      { ...required, CASSANDRA_TLS_CA: "ca.pem" },
      /^CASSANDRA_TLS_CA is given, but TLS is off/
    ],
    [
      "a client certificate without its key",
      { ...required, CASSANDRA_TLS: "true", CASSANDRA_TLS_CERT: "c.pem" },
      /^CASSANDRA_TLS_CERT is given without its key\. Set CASSANDRA_TLS_KEY/
    ],
    [
      "a key without its client certificate",
      { ...required, CASSANDRA_TLS: "true", CASSANDRA_TLS_KEY: "c.key" },
      /^CASSANDRA_TLS_KEY is given without a certificate\. Set CASSANDRA_TLS_CERT/
    ],
    [
      "a client certificate without TLS",
      { ...required, CASSANDRA_TLS_CERT: "c.pem", CASSANDRA_TLS_KEY: "c.key" },
      /^CASSANDRA_TLS_CERT is given, but TLS is off/
    ],
    [
      "a client certificate beside a bundle",
      { CASSANDRA_SECURE_BUNDLE: "b.zip", CASSANDRA_TLS_CERT: "c.pem", CASSANDRA_TLS_KEY: "c.key" },
      /^CASSANDRA_TLS_CERT and CASSANDRA_SECURE_BUNDLE exclude each other/
    ],
    [
      "a password and a file of it",
      {
        ...required,
        CASSANDRA_USERNAME: "ann",
        CASSANDRA_PASSWORD: "hunter2",
        CASSANDRA_PASSWORD_FILE: "p"
      },
      /^CASSANDRA_PASSWORD and CASSANDRA_PASSWORD_FILE exclude each other/
    ],
    [
      "a file of a password without a user name",
      { ...required, CASSANDRA_PASSWORD_FILE: "p" },
      /^CASSANDRA_PASSWORD_FILE is given without a user name/
    ],
    [
      "a user name without a password",
      { ...required, CASSANDRA_USERNAME: "ann" },
      /^CASSANDRA_USERNAME is given without a password/
    ],
    [
      "a password without a user name",
      { ...required, CASSANDRA_PASSWORD: "hunter2" },
      /^CASSANDRA_PASSWORD is given without a user name/
    ],
    [
      "two streams on one subscription",
      { ...required, PUBSUB_PAYMENTS_SUBSCRIPTION: "orders_data-sub" },
      /^PUBSUB_ORDERS_SUBSCRIPTION is "orders_data-sub" and PUBSUB_PAYMENTS_SUBSCRIPTION is "orders_data-sub", .* the same subscription/
    ],
    [
      "one subscription, once in short and once in full",
      {
        ...required,
        PUBSUB_PROJECT_ID: "p",
        PUBSUB_PAYMENTS_SUBSCRIPTION: "projects/p/subscriptions/orders_data-sub"
      },
      /^PUBSUB_ORDERS_SUBSCRIPTION is "orders_data-sub" and PUBSUB_PAYMENTS_SUBSCRIPTION is "projects\/p\/subscriptions\/orders_data-sub", .* the same subscription/
    ],
    [
      "dead letters inspected where orders are read, once in full and once in short",
      {
        ...required,
        GOOGLE_CLOUD_PROJECT: "p",
        PUBSUB_ORDERS_SUBSCRIPTION: "projects/p/subscriptions/mine",
        PUBSUB_DLQ_SUBSCRIPTION: "mine"
      },
      /^PUBSUB_ORDERS_SUBSCRIPTION is "projects\/p\/subscriptions\/mine" and PUBSUB_DLQ_SUBSCRIPTION is "mine", .* the same subscription/
    ],
    [
      "dead letters published where orders are, once in short and once in full",
      { ...required, PUBSUB_PROJECT_ID: "p", PUBSUB_DLQ_TOPIC: "projects/p/topics/orders_data" },
      /^PUBSUB_ORDERS_TOPIC is "orders_data" and PUBSUB_DLQ_TOPIC is "projects\/p\/topics\/orders_data", .* the same topic/
    ],
    [
      "dead letters published where payments are read",
      { ...required, PUBSUB_DLQ_TOPIC: "payment_data" },
      /^PUBSUB_PAYMENTS_TOPIC is "payment_data" and PUBSUB_DLQ_TOPIC is "payment_data", .* the same topic/
    ]
  ]

  for (const [title, env, line] of broken) {
    it.effect(`${title} is refused in one line`, () =>
      Effect.gen(function* () {
        const problems = yield* problemsOf(env)
        expect(problems).toEqual([expect.stringMatching(line)])
      })
    )
  }

  it.effect("a relation is not judged by a value that could not be read", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({
        ...required,
        CASSANDRA_TLS: "perhaps",
        CASSANDRA_TLS_CA: "ca.pem"
      })
      expect(problems).toEqual([expect.stringContaining("CASSANDRA_TLS is")])
    })
  )

  it.effect("a secret is in no problem, and not in the settings as they print", () =>
    Effect.gen(function* () {
      const problems = yield* problemsOf({ CASSANDRA_PASSWORD: "hunter2", LOG_LEVEL: "loud" })
      expect(problems.join("\n")).not.toContain("hunter2")
      const { settings } = yield* readAll({
        ...required,
        CASSANDRA_USERNAME: "ann",
        CASSANDRA_PASSWORD: "hunter2"
      })
      expect(JSON.stringify(settings)).not.toContain("hunter2")
    })
  )

  it.effect.each([
    ["1ms", 1],
    ["24.999s", 1],
    ["0", 0],
    ["25s", 0],
    ["30s", 0]
  ] as const)(
    "[G5] PAYMENT_GRACE=%s gives %d warnings: it must outlast the leases of a killed process, or be off",
    ([text, count]) =>
      Effect.gen(function* () {
        const { warnings } = yield* readAll({ ...required, PAYMENT_GRACE: text })
        expect(warnings.filter((line) => line.startsWith("PAYMENT_GRACE is below 25s"))).toHaveLength(count)
        expect(warnings).toHaveLength(count)
      })
  )
})

import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { liveChecks } from "../../src/checks/live/LiveChecks.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith, uniqueName } from "../support/TestServices.ts"
import { examined } from "./Examined.ts"
import { ran } from "./Ran.ts"

const liveCodes = liveChecks.map(({ code }) => code)

/** A deployment that `setup` has set up, with a grace. */
class SetUp extends Context.Service<SetUp, Effect.Success<typeof make>>()("test/SetUp") {
  static readonly layer = Layer.effect(
    SetUp,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const deployment = yield* testDeployment({ table: false })
  const environment: Readonly<Record<string, string>> = { ...deployment.environment, PAYMENT_GRACE: "30s" }
  const setUp = yield* ran(["setup"], environment)
  assert.strictEqual(setUp.code, 0, setUp.errors)
  return { ...deployment, environment }
})

describeWith("cassandra", "pubsub")("Doctor on the real servers", () => {
  layer(SetUp.layer, { excludeTestServices: true, timeout: 120_000 })(
    "of a deployment that is set up",
    (it) => {
      it.effect(
        "finds nothing, says what it did not check, and who said what: exit 0, with --strict too",
        () =>
          Effect.gen(function* () {
            const { environment } = yield* SetUp
            const { code, errors, found, report, statuses } = yield* examined(environment, "--strict")
            assert.deepStrictEqual(found, [], errors)
            assert.strictEqual(code, 0, errors)
            assert.isTrue(report.well)
            const others = report.checks.filter(({ status }) => status !== "passed")
            assert.deepStrictEqual(
              others.map(({ code, status }) => `${code} ${status}`),
              ["CF-615", "CF-616", ...liveCodes].map((code) => `${code} not-made`)
            )
            assert.isAbove(Object.keys(statuses).length, 40)
            const keyspace = report.settings.find(({ name }) => name === "CASSANDRA_KEYSPACE")
            assert.deepInclude(keyspace, {
              value: environment["CASSANDRA_KEYSPACE"] ?? "",
              from: "CASSANDRA_KEYSPACE"
            })
          })
      )

      it.effect(
        "names each subscription that is not there, or on another topic, and skips what needs them",
        () =>
          Effect.gen(function* () {
            const { environment } = yield* SetUp
            const missing = { PUBSUB_PAYMENTS_SUBSCRIPTION: uniqueName("missing") }
            const absent = yield* examined({ ...environment, ...missing }, "--only", "pubsub")
            assert.strictEqual(absent.code, 1, absent.errors)
            assert.strictEqual(absent.found.length, 1)
            assert.match(absent.found[0] ?? "", /^fatal CF-604: .*missing_.*run `counterfoil setup pubsub`$/)
            assert.strictEqual(absent.statuses["CF-612"], "skipped")
            assert.isUndefined(absent.statuses["CF-101"])
            const moved = {
              PUBSUB_ORDERS_TOPIC: environment["PUBSUB_PAYMENTS_TOPIC"] ?? "",
              PUBSUB_PAYMENTS_TOPIC: environment["PUBSUB_ORDERS_TOPIC"] ?? ""
            }
            const swapped = yield* examined({ ...environment, ...moved }, "--only", "CF-605")
            assert.deepStrictEqual(
              swapped.report.checks.map(({ code }) => code),
              ["CF-605"]
            )
            assert.strictEqual(swapped.found.length, 2)
          })
      )

      it.effect("names a source's own dead-letter policy, and a dead-letter topic that keeps nothing", () =>
        Effect.gen(function* () {
          const { deadLetters, environment } = yield* SetUp
          const policed = yield* testDeployment({ table: false, deliveryAttempts: 5 })
          const { code, found } = yield* examined(
            {
              ...environment,
              PUBSUB_ORDERS_TOPIC: policed.orders,
              PUBSUB_ORDERS_SUBSCRIPTION: `${policed.orders}-sub`
            },
            "--only",
            "CF-611"
          )
          assert.strictEqual(code, 1)
          assert.match(found[0] ?? "", /^fatal CF-611: .* after 5 deliveries .*--clear-dead-letter-policy/)
          const other = uniqueName("bare")
          yield* Effect.promise(() => policed.pubsub.createTopic(other))
          const bare = yield* examined(
            { ...environment, PUBSUB_DLQ_TOPIC: other, PUBSUB_DLQ_SUBSCRIPTION: `${other}-sub` },
            "--only",
            "CF-606"
          )
          assert.match(bare.found[0] ?? "", /^fatal CF-606: .*is lost; run `counterfoil setup pubsub`$/)
          assert.notStrictEqual(other, deadLetters)
        })
      )

      it.effect(
        "names a keyspace that is not there once, and a table changed by somebody, each with its command",
        () =>
          Effect.gen(function* () {
            const { environment, table } = yield* SetUp
            const absent = { CASSANDRA_KEYSPACE: uniqueName("missing") }
            const missing = yield* examined({ ...environment, ...absent }, "--only", "CF-204")
            assert.strictEqual(missing.code, 1)
            assert.match(missing.found.join(), /^fatal CF-107: .*`counterfoil setup cassandra` creates it$/)
            assert.deepStrictEqual(
              missing.report.checks.map(({ because, code }) => `${code} ${because}`),
              ["CF-107 null", "CF-204 CF-107"]
            )
            const name = `${table.keyspace}.orders_payments_facts`
            yield* Effect.promise(() => table.execute(`ALTER TABLE ${name} WITH default_time_to_live = 60`))
            const lasting = yield* examined(environment, "--only", "cassandra")
            yield* Effect.promise(() => table.execute(`ALTER TABLE ${name} WITH default_time_to_live = 0`))
            assert.strictEqual(lasting.code, 0, lasting.errors)
            assert.match(
              lasting.found.join(),
              /^warning CF-204: .*; ALTER TABLE \w+\.orders_payments_facts WITH default_time_to_live = 0$/
            )
          })
      )
    }
  )
})

describe("Doctor where nothing can be reached", () => {
  const nobody = {
    PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
    PUBSUB_PROJECT_ID: "none",
    CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
  }

  it.live("says so of each server once, checks the rest, and exits 1 within 15 s", () =>
    Effect.gen(function* () {
      const { code, found, seconds, statuses } = yield* examined({
        ...nobody,
        CASSANDRA_PASSWORD: "pa55w0rd",
        CASSANDRA_USERNAME: "me"
      })
      assert.strictEqual(code, 1)
      assert.deepStrictEqual(
        found.map((line) => line.slice(0, 12)),
        ["fatal CF-602", "fatal CF-101"]
      )
      assert.match(found.join(), /127\.0\.0\.1:9/)
      assert.strictEqual(statuses["CF-703"], "passed")
      assert.isBelow(seconds, 15)
    })
  )

  it.live("says what is wrong with the settings, and checks what does not need them", () =>
    Effect.gen(function* () {
      const wrong = {
        ...nobody,
        CASSANDRA_CONTACT_POINTS: "",
        PAYMENT_GRACE: "soon",
        CASSANDRA_CONTACT_POINT: "x"
      }
      const { code, found, report, statuses } = yield* examined(
        wrong,
        "--only",
        "configuration,cassandra,limits"
      )
      assert.strictEqual(code, 1)
      assert.match(found.join("\n"), /^fatal CF-501: CASSANDRA_CONTACT_POINTS is missing; for instance/)
      assert.match(found.join("\n"), /fatal CF-501: PAYMENT_GRACE is "soon"/)
      assert.match(
        found.join("\n"),
        /warning CF-504: .*rename CASSANDRA_CONTACT_POINT to CASSANDRA_CONTACT_POINTS/
      )
      assert.deepStrictEqual([statuses["CF-101"], statuses["CF-703"]], ["skipped", "skipped"])
      assert.isTrue(report.checks.every(({ because }) => because === null || because === "CF-501"))
    })
  )

  it.live("refuses a check that there is none of: exit 2", () =>
    Effect.gen(function* () {
      const ended = yield* ran(["doctor", "--only", "CF-999"], nobody)
      assert.strictEqual(ended.code, 2)
      assert.match(
        ended.told[0] ?? "",
        /--only is "CF-999": must be codes .* or groups \(configuration, pubsub/
      )
      assert.strictEqual(ended.out, "")
    })
  )
})

/** `doctor --live` on the real servers: what it proves, and what it leaves behind. */
import { assert, layer } from "@effect/vitest"
import { Clock, Context, Effect, Layer } from "effect"
import { scratchNames } from "../../src/checks/live/ScratchNames.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { PlainPubSub } from "../support/PlainPubSub.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith, emulatorHost, uniqueName } from "../support/TestServices.ts"
import { examined } from "./Examined.ts"
import { ran } from "./Ran.ts"

/** A deployment that `setup` has set up, with a grace, in a project in which nothing else is. */
class SetUp extends Context.Service<SetUp, Effect.Success<typeof make>>()("test/SetUp") {
  static readonly layer = Layer.effect(
    SetUp,
    Effect.suspend(() => make)
  )
}

const make = Effect.gen(function* () {
  const { environment: own, table } = yield* testDeployment({ table: false })
  // The emulator makes a project of any name.
  const project = uniqueName("live").replace("_", "-")
  const pubsub = yield* Effect.acquireRelease(
    Effect.sync(() => new PlainPubSub(emulatorHost ?? "", project)),
    (plain) => Effect.promise(() => plain.close())
  )
  const environment = { ...own, PUBSUB_PROJECT_ID: project, PAYMENT_GRACE: "30s" }
  const setUp = yield* ran(["setup"], environment)
  assert.strictEqual(setUp.code, 0, setUp.errors)
  /** What is there with this in its name. */
  const named = (part: string) =>
    Effect.promise(async () => {
      const { rows } = await table.execute("SELECT keyspace_name FROM system_schema.keyspaces")
      const keyspaces = rows.map((row) => String(row["keyspace_name"]))
      return [...(await pubsub.names()), ...keyspaces].filter((name) => name.includes(part))
    })
  return { table, environment, pubsub, named }
})

/** The 8 hex digits in the names of a proof. */
const runIn = (text: string): string =>
  /counterfoil[-_]live[-_]\d+[-_]([0-9a-f]{8})/.exec(text)?.[1] ?? "none"

const asKeyspace = "WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"

describeWith("cassandra", "pubsub")("doctor --live on the real servers", () => {
  layer(SetUp.layer, { excludeTestServices: true, timeout: 180_000 })("of a deployment", (it) => {
    it.effect(
      "[G1] [G2] [G3] [G5] proves what it does with messages within a minute, and leaves nothing behind, nor what a killed doctor had left",
      () =>
        Effect.gen(function* () {
          const { environment, named, pubsub, table } = yield* SetUp
          const now = yield* Clock.currentTimeMillis
          const old = scratchNames(now - 3_700_000, "0ddba115")
          const young = scratchNames(now - 3_000_000, "00ca0b0a")
          yield* Effect.promise(async () => {
            for (const { channels, keyspace } of [old, young]) {
              await pubsub.create(channels.orders.topic)
              await table.execute(`CREATE KEYSPACE ${keyspace} ${asKeyspace}`)
            }
          })
          const { code, errors, found, report, seconds, statuses } = yield* examined(
            environment,
            ...["--live", "--strict"]
          )
          assert.deepStrictEqual(found, [], errors)
          assert.strictEqual(code, 0, errors)
          assert.isBelow(seconds, 60)
          const shown = (wanted: string) => report.checks.find(({ code }) => code === wanted)?.shows ?? ""
          for (const number of [1, 2, 3, 4, 5, 6, 7]) assert.strictEqual(statuses[`CF-90${number}`], "passed")
          assert.match(
            shown("CF-902"),
            /^100 orders and 100 payments; publish → row [\d.]+ m?s \(p50\), [\d.]+ m?s \(p99\)$/
          )
          // A release would have it come again at once; the lease is of 10 s.
          assert.match(shown("CF-905"), /^it came again ([6-9]|1\d)\.\d s later, .*; the row is as it was$/)
          assert.match(shown("CF-906"), /^257 bytes that are no text, and 3 attributes$/)
          assert.match(
            shown("CF-907"),
            /^7 things were made, and removed; removed what .*: subscription projects\//
          )
          assert.deepStrictEqual(yield* named(runIn(shown("CF-901"))), [])
          assert.deepStrictEqual(yield* named("0ddba115"), [])
          // It may be in use: it is not an hour old.
          assert.lengthOf(yield* named("00ca0b0a"), 3)
          assert.strictEqual(yield* Effect.promise(() => table.count()), 0)
          yield* Effect.promise(async () => {
            await table.execute(`DROP KEYSPACE ${young.keyspace}`)
            await pubsub.deleteSubscription(young.channels.orders.subscription)
            await pubsub.deleteTopic(young.channels.orders.topic)
          })
        }),
      120_000
    )

    it.effect(
      "removes everything after Ctrl-C too, and exits 130",
      () =>
        Effect.gen(function* () {
          const { environment, named, table } = yield* SetUp
          const doctor = yield* counterfoil(["doctor", "--live", "--only", "live"], environment)
          let run = "none"
          yield* until(
            "the tables of this doctor",
            Effect.gen(function* () {
              run = runIn((yield* named("counterfoil-live-")).join())
              const { rows } = yield* Effect.promise(() =>
                table.execute("SELECT keyspace_name, table_name FROM system_schema.tables")
              )
              return rows.some(
                (row) =>
                  String(row["keyspace_name"]).endsWith(run) && row["table_name"] === "counterfoil_progress"
              )
            }),
            "60 seconds",
            doctor.stderr
          )
          yield* doctor.signal("SIGINT")
          assert.deepStrictEqual(yield* doctor.ended, { code: 130, signal: null }, doctor.stderr())
          assert.match(doctor.stderr(), /SIGINT stopped this command before its end/)
          assert.deepStrictEqual(yield* named(run), [])
        }),
      120_000
    )

    it.effect(
      "works on prepared names, says what is missing of them, and removes its rows from them",
      () =>
        Effect.gen(function* () {
          const { environment, named, pubsub, table } = yield* SetUp
          const name = uniqueName("prepared")
          const flags = ["--live", "--only", "live", "--live-topics", name, "--live-keyspace", name]
          const missing = yield* examined(environment, ...flags)
          assert.strictEqual(missing.code, 1)
          assert.match(missing.found.join(), /^fatal CF-901: the prepared (subscription|keyspace) /)
          assert.strictEqual(missing.statuses["CF-902"], "skipped")
          for (const kind of ["orders", "payments", "dlq"])
            yield* Effect.promise(() => pubsub.create(`${name}-${kind}`))
          const made = yield* ran(["setup", "cassandra", "--cassandra-keyspace", name], environment)
          assert.strictEqual(made.code, 0, made.errors)
          const { code, errors, found, report } = yield* examined(environment, ...flags)
          assert.deepStrictEqual(found, [], errors)
          assert.strictEqual(code, 0)
          const shows = report.checks.find(({ code }) => code === "CF-907")?.shows
          assert.strictEqual(shows, "1 thing was made, and removed")
          const { rows } = yield* Effect.promise(() =>
            table.execute(`SELECT order_id FROM ${name}.orders_payments_facts`)
          )
          assert.deepStrictEqual(rows, [])
          assert.lengthOf(yield* named(name), 7)
        }),
      120_000
    )
  })
})

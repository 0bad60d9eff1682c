/** Each command with exactly the grants of docs/access.md, on a Cassandra that asks for them. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { cassandraServer } from "../support/CassandraServer.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith, uniqueName } from "../support/TestServices.ts"
import { ran } from "./Ran.ts"

const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "access.md"), "utf8")

/** The statements of the document, by the role that they are about. */
const statements: ReadonlyMap<string, ReadonlyArray<string>> = new Map(
  [...document.matchAll(/```cql\n([\s\S]*?)```/g)].map(([, block = ""]) => {
    const all = block
      .split(";")
      .map((statement) => statement.trim())
      .filter((statement) => statement !== "")
    return [/^CREATE ROLE (\w+)/.exec(all[0] ?? "")?.[1] ?? "", all] as const
  })
)

const roles = [
  "counterfoil_setup",
  "counterfoil_tables",
  "counterfoil_run",
  "counterfoil_look",
  "counterfoil_redrive",
  "counterfoil_live",
  "counterfoil_prepared"
] as const

type Role = (typeof roles)[number]

/** A server of its own, on which a grant counts at once, and who may do everything there. */
const makeGuarded = Effect.gen(function* () {
  const server = yield* cassandraServer({
    heap: "768m",
    yaml: {
      authenticator: "PasswordAuthenticator",
      authorizer: "CassandraAuthorizer",
      permissions_validity: "0ms",
      roles_validity: "0ms",
      credentials_validity: "0ms"
    }
  })
  const credentials = { username: "cassandra", password: "cassandra" }
  const deployment = yield* testDeployment({ table: false, cassandra: server.address, credentials })
  const { table } = deployment
  const environment = { ...deployment.environment, PAYMENT_GRACE: "30s" }
  const execute = (statement: string) =>
    Effect.promise(() =>
      table.execute(statement.replaceAll("ecom_store", table.keyspace).replaceAll("'…'", "'secret'"))
    )
  /** Runs a command as this role; undefined: with no login at all. */
  const as = (role: Role | undefined, args: ReadonlyArray<string>, cwd?: string) =>
    ran(
      args,
      role === undefined
        ? {
            ...environment,
            CASSANDRA_CONTACT_POINTS: "127.0.0.1:9",
            CASSANDRA_USERNAME: "",
            CASSANDRA_PASSWORD: ""
          }
        : { ...environment, CASSANDRA_USERNAME: role, CASSANDRA_PASSWORD: "secret" },
      cwd === undefined ? {} : { cwd }
    )
  const granted = (role: Role) => Effect.forEach(statements.get(role) ?? [], execute, { discard: true })
  return { execute, as, granted }
})

class Guarded extends Context.Service<Guarded, Effect.Success<typeof makeGuarded>>()("test/LeastGrants") {
  static readonly layer = Layer.effect(
    Guarded,
    Effect.suspend(() => makeGuarded)
  )
}

/** Runs a command as this role, which has to succeed. */
const succeeds = Effect.fnUntraced(function* (
  { as }: Guarded["Service"],
  role: Role | undefined,
  args: ReadonlyArray<string>,
  cwd?: string
) {
  const ended = yield* as(role, args, cwd)
  assert.strictEqual(ended.code, 0, `${role}: ${args.join(" ")}: ${ended.errors}${ended.out}`)
  return ended.out
})

const revoking = (grant: string): string => grant.replace(/^GRANT (.*) TO /, "REVOKE $1 FROM ")

/** Leaves out one grant of a role after the other: each time the command fails for it. */
const needsEach = Effect.fnUntraced(function* (
  guarded: Guarded["Service"],
  role: Role,
  args: ReadonlyArray<string>
) {
  const grants = (statements.get(role) ?? []).filter((statement) => statement.startsWith("GRANT"))
  assert.isNotEmpty(grants)
  for (const grant of grants) {
    yield* guarded.execute(revoking(grant))
    const { code, errors, out } = yield* guarded.as(role, args)
    assert.notStrictEqual(code, 0, `${args.join(" ")} works without: ${grant}`)
    assert.match(out + errors, /permission|may not|CF-30[12]|GRANT/i)
    yield* guarded.execute(grant)
  }
})

const scratchFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-grants-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** Its payments without an order are dead letters soon. */
const drain = ["run", "--drain", "--payment-grace", "1s"]

describeWith("cassandra", "pubsub")("Least grants", () => {
  it("the document has statements for each role, and for no other", () => {
    assert.deepStrictEqual([...statements.keys()].toSorted(), [...roles].toSorted())
  })

  layer(Guarded.layer, { excludeTestServices: true, timeout: 240_000 })(
    "as docs/access.md has them",
    (it) => {
      it.effect(
        "`setup` works with its own, also in a keyspace of somebody else",
        () =>
          Effect.gen(function* () {
            const guarded = yield* Guarded
            yield* guarded.granted("counterfoil_setup")
            assert.match(yield* succeeds(guarded, "counterfoil_setup", ["setup"]), /created {2}keyspace/)
            yield* guarded.granted("counterfoil_tables")
            yield* guarded.execute("DROP TABLE ecom_store.orders_payments_facts")
            const tables = ["setup", "cassandra", "--index-payments"]
            assert.match(
              yield* succeeds(guarded, "counterfoil_tables", tables),
              /created again {2}table orders_payments_facts/
            )
          }),
        240_000
      )

      it.effect(
        "`run`, `doctor` and looking work with theirs, and fail without any one of them",
        () =>
          Effect.gen(function* () {
            const guarded = yield* Guarded
            yield* guarded.granted("counterfoil_run")
            yield* guarded.granted("counterfoil_look")
            yield* succeeds(guarded, undefined, ["produce", "orders", "--count", "5", "--first-id", "1"])
            yield* succeeds(guarded, undefined, ["produce", "payments", "--count", "8", "--first-id", "1"])
            const fates = yield* succeeds(guarded, "counterfoil_run", drain)
            assert.match(fates, /payment-matched +0 +5\n/)
            assert.match(fates, /unmatched-payment\) +0 +3\n/)
            yield* succeeds(guarded, "counterfoil_run", ["doctor"])
            yield* needsEach(guarded, "counterfoil_run", drain)
            assert.match(yield* succeeds(guarded, "counterfoil_look", ["facts", "count"]), /5/)
            yield* succeeds(guarded, "counterfoil_look", ["where", "--order", "1"])
            assert.match(
              yield* succeeds(guarded, "counterfoil_look", ["dlq", "list"]),
              /3 × unmatched-payment[\s\S]*3 still have no order/
            )
            yield* succeeds(guarded, "counterfoil_look", ["dlq", "explain"])
            yield* needsEach(guarded, "counterfoil_look", ["facts", "count"])
          }),
        240_000
      )

      it.effect(
        "`dlq redrive` works with its own, and `export`, `discard`, `restore` without any",
        () =>
          Effect.gen(function* () {
            const guarded = yield* Guarded
            const folder = yield* scratchFolder
            yield* guarded.granted("counterfoil_redrive")
            const all = ["--reason", "unmatched-payment"]
            yield* succeeds(guarded, undefined, ["dlq", "export", "all.ndjson", ...all], folder)
            yield* succeeds(
              guarded,
              undefined,
              ["dlq", "discard", ...all, "--out", "gone.ndjson", "--yes"],
              folder
            )
            yield* succeeds(guarded, undefined, ["dlq", "restore", "gone.ndjson"], folder)
            const rest = ["produce", "orders", "--count", "3", "--first-id", "6"]
            yield* succeeds(guarded, undefined, rest)
            yield* succeeds(guarded, "counterfoil_run", drain)
            yield* needsEach(guarded, "counterfoil_redrive", ["dlq", "redrive"])
            assert.match(
              yield* succeeds(guarded, "counterfoil_redrive", ["dlq", "redrive"]),
              /3 {2}payment-matched/
            )
          }),
        240_000
      )

      it.effect(
        "`doctor --live` works with its own, names the one that it lacks, and takes a prepared keyspace instead",
        () =>
          Effect.gen(function* () {
            const guarded = yield* Guarded
            const { execute } = guarded
            yield* guarded.granted("counterfoil_live")
            const live = ["doctor", "--live", "--only", "live"]
            yield* succeeds(guarded, "counterfoil_live", ["doctor", "--live"])
            const [, create = ""] = statements.get("counterfoil_live") ?? []
            yield* execute(revoking(create))
            const refused = yield* guarded.as("counterfoil_live", [...live, "--json"])
            assert.strictEqual(refused.code, 1, refused.errors)
            const [first] = JSON.parse(refused.out).checks
            assert.deepStrictEqual([first.code, first.status], ["CF-901", "fatal"])
            assert.match(first.findings[0].found, /^role counterfoil_live may not create a keyspace: CREATE /)
            assert.include(first.findings[0].remedy, `${create}, or \`counterfoil setup cassandra`)
            assert.include(first.findings[0].remedy, "--live-keyspace NAME")

            const keyspace = uniqueName("check")
            const prepare = ["setup", "cassandra", "--cassandra-keyspace", keyspace]
            yield* succeeds(guarded, "counterfoil_setup", prepare)
            for (const statement of statements.get("counterfoil_prepared") ?? [])
              yield* execute(statement.replaceAll("counterfoil_check", keyspace))
            yield* succeeds(guarded, "counterfoil_prepared", [...live, "--live-keyspace", keyspace])
          }),
        240_000
      )
    }
  )
})

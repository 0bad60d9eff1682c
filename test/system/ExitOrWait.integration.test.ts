import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { until } from "../support/Counterfoil.ts"
import type { Deployment } from "../support/Deployment.ts"
import { describeWith, projectId } from "../support/TestServices.ts"
import { examined } from "./Examined.ts"
import { type Changes, Guarded, wrongPassword } from "./Guarded.ts"
import { ran } from "./Ran.ts"
import { serving } from "./Serving.ts"

const toMend: ReadonlyArray<readonly [what: string, changes: Changes, line: RegExp]> = [
  [
    "a wrong password",
    () => ({ CASSANDRA_PASSWORD: wrongPassword }),
    /^counterfoil: Cassandra, connect: credentials refused.*CASSANDRA_USERNAME, CASSANDRA_PASSWORD/
  ],
  [
    "no password where one is asked for",
    () => ({ CASSANDRA_USERNAME: "", CASSANDRA_PASSWORD: "" }),
    /^counterfoil: Cassandra, connect: credentials refused, or missing/
  ],
  [
    "a wrong data centre",
    () => ({ CASSANDRA_LOCAL_DATACENTER: "atlantis" }),
    /^counterfoil: Cassandra, connect: .*atlantis.*CASSANDRA_LOCAL_DATACENTER/
  ],
  [
    "an absent keyspace",
    () => ({ CASSANDRA_KEYSPACE: "no_such_keyspace" }),
    /^counterfoil: Cassandra, .*no_such_keyspace.* does not exist; `counterfoil setup cassandra` creates it \(CF-107\)$/
  ],
  [
    "a certificate that is not trusted",
    ({ stranger }) => ({ CASSANDRA_TLS: "true", CASSANDRA_TLS_CA: stranger }),
    /^counterfoil: Cassandra, connect: TLS failed: .*certificate/
  ],
  [
    "a certificate of no public authority",
    () => ({ CASSANDRA_TLS: "true" }),
    /^counterfoil: Cassandra, connect: TLS failed: .*certificate/
  ],
  [
    "an absent source subscription",
    () => ({ PUBSUB_PAYMENTS_SUBSCRIPTION: "no-such-subscription" }),
    new RegExp(
      `^counterfoil: .*projects/${projectId}/subscriptions/no-such-subscription: it does not exist; ` +
        "`counterfoil setup pubsub` creates what is missing$"
    )
  ]
]

const login = (role: string) => ({ CASSANDRA_USERNAME: role, CASSANDRA_PASSWORD: role })

/** What the checks of the start find: a line each, whatever else they find. */
const toMendFirst: ReadonlyArray<readonly [what: string, changes: Changes, lines: ReadonlyArray<RegExp>]> = [
  [
    "an absent table",
    () => ({ CASSANDRA_KEYSPACE: "system" }),
    [
      /^counterfoil: CF-201: table system\.orders_payments_facts does not exist; .*run `counterfoil setup cassandra`$/
    ]
  ],
  [
    "columns of other types, and some that are not there",
    ({ others }) => ({ CASSANDRA_KEYSPACE: others.narrow }),
    [
      /^counterfoil: CF-202: \w+\.orders_payments_facts\.order_id is of type int; expected: type bigint; /,
      /^counterfoil: CF-202: \w+\.orders_payments_facts\.item is of type int; expected: type text; /,
      /^counterfoil: CF-202: column \w+\.orders_payments_facts\.payment_id does not exist; .*run `counterfoil setup cassandra`$/
    ]
  ],
  [
    "more copies than nodes",
    ({ others }) => ({ CASSANDRA_KEYSPACE: others.wide }),
    [
      /^counterfoil: CF-206: keyspace \w+ keeps 3 copies in the cluster, which has 1 node: CASSANDRA_CONSISTENCY=LOCAL_QUORUM can never be reached; /
    ]
  ],
  [
    "a role that may read, and not write",
    () => login("reader"),
    [
      /^counterfoil: CF-302: role reader may not write to (\w+\.orders_payments_facts); .*; GRANT MODIFY ON TABLE \1 TO reader$/
    ]
  ],
  [
    "a role that may do nothing",
    () => login("nobody"),
    [/^counterfoil: CF-301: role nobody may not read /, /^counterfoil: CF-302: role nobody may not write to /]
  ],
  [
    "servers that refuse write times of clients",
    () => login("writer"),
    [/^counterfoil: CF-401: the servers refuse write times of clients \(`user_timestamps_enabled: false`\); /]
  ]
]

const trustless: Changes = ({ stranger }) => ({ CASSANDRA_TLS: "true", CASSANDRA_TLS_CA: stranger })

/** What `doctor` finds of the same, as fatal. */
const toFind: ReadonlyArray<readonly [what: string, changes: Changes, codes: ReadonlyArray<string>]> = [
  ["a wrong password", () => ({ CASSANDRA_PASSWORD: wrongPassword }), ["CF-105"]],
  ["a wrong data centre", () => ({ CASSANDRA_LOCAL_DATACENTER: "atlantis" }), ["CF-106"]],
  ["an absent keyspace", () => ({ CASSANDRA_KEYSPACE: "no_such_keyspace" }), ["CF-107"]],
  ["a certificate that is not trusted", trustless, ["CF-104"]],
  ["an absent table", () => ({ CASSANDRA_KEYSPACE: "system" }), ["CF-201"]],
  ["columns of other types", ({ others }) => ({ CASSANDRA_KEYSPACE: others.narrow }), ["CF-202"]],
  ["more copies than nodes", ({ others }) => ({ CASSANDRA_KEYSPACE: others.wide }), ["CF-201", "CF-206"]],
  ["a role that may not write", () => login("reader"), ["CF-302"]],
  ["a role that may do nothing", () => login("nobody"), ["CF-301", "CF-302"]],
  ["servers that refuse write times of clients", () => login("writer"), ["CF-401"]]
]

const order = (id: number): string =>
  `{"order_id": ${id}, "customer_id": 5, "item": "Book", "quantity": 2, "price": 9.5, "shipping_address": "A", "order_status": "Pending", "creation_date": "2024-01-21"}`

const rowsReach = (deployment: Deployment, count: number, stderr: () => string) =>
  until(
    `${count} rows`,
    // The table's own connection comes back in its own time.
    Effect.tryPromise(async () => (await deployment.table.count()) === count).pipe(
      Effect.orElseSucceed(() => false)
    ),
    "120 seconds",
    stderr
  )

describeWith("cassandra", "pubsub")("Exit or wait", () => {
  layer(Guarded.layer, { excludeTestServices: true, timeout: 240_000 })("on a guarded Cassandra", (it) => {
    for (const [what, changes, line] of toMend) {
      it.effect(`run ends with exit 2 and one clear line on ${what}`, () =>
        Effect.gen(function* () {
          const guarded = yield* Guarded
          const ended = yield* ran(["run"], { ...guarded.deployment.environment, ...changes(guarded) })
          assert.strictEqual(ended.code, 2, ended.errors)
          assert.strictEqual(ended.told.length, 1, ended.errors)
          assert.match(ended.told[0] ?? "", line)
          assert.notInclude(ended.errors + ended.out, wrongPassword)
        })
      )
    }

    for (const [what, changes, lines] of toMendFirst) {
      it.effect(`run names ${what} before it takes a message, with the command that mends it: exit 2`, () =>
        Effect.gen(function* () {
          const guarded = yield* Guarded
          const ended = yield* ran(["run"], { ...guarded.deployment.environment, ...changes(guarded) })
          assert.strictEqual(ended.code, 2, ended.errors)
          for (const line of lines)
            assert.isTrue(
              ended.told.some((told) => line.test(told)),
              ended.errors
            )
          assert.strictEqual(ended.out, "")
        })
      )
    }

    for (const [what, changes, codes] of toFind) {
      it.effect(`doctor finds ${what} too, and skips what cannot be known then: exit 1`, () =>
        Effect.gen(function* () {
          const guarded = yield* Guarded
          const environment = { ...guarded.deployment.environment, ...changes(guarded) }
          const { code, errors, found, out } = yield* examined(environment, "--only", "cassandra")
          assert.strictEqual(code, 1, errors)
          const fatal = found.filter((line) => line.startsWith("fatal")).map((line) => line.slice(6, 12))
          assert.deepStrictEqual([...new Set(fatal)], codes, found.join("\n"))
          assert.notInclude(out + errors, wrongPassword)
        })
      )
    }

    it.effect("the right password over TLS with a certificate that is trusted works", () =>
      Effect.gen(function* () {
        const { deployment, trusted } = yield* Guarded
        const environment = { ...deployment.environment, CASSANDRA_TLS: "true", CASSANDRA_TLS_CA: trusted }
        const setUp = yield* ran(["setup", "cassandra"], environment)
        assert.strictEqual(setUp.code, 0, setUp.errors)
        const counted = yield* ran(["facts", "count"], environment)
        assert.deepStrictEqual([counted.code, counted.out], [0, "0\n"], counted.errors)
      })
    )

    it.effect(
      "[G4] run starts before Cassandra, is not ready and says why, and does its work once it is there",
      () =>
        Effect.gen(function* () {
          const { server, deployment } = yield* Guarded
          yield* server.stop
          const processor = yield* serving(["run"], deployment.environment)
          yield* processor.until(
            "/ready",
            ({ status, text }) => status === 503 && text.includes("facts: unavailable")
          )
          assert.strictEqual((yield* processor.get("/live")).status, 200)
          const { parts } = JSON.parse((yield* processor.get("/health")).text)
          assert.strictEqual(parts.facts.state, "unavailable")
          assert.include(parts.facts.reason, server.address)
          yield* Effect.promise(() =>
            deployment.pubsub.publish(deployment.orders, [{ data: order(1) }, { data: order(2) }])
          )
          yield* server.start
          yield* processor.until("/ready", ({ status }) => status === 200)
          yield* rowsReach(deployment, 2, processor.stderr)
          yield* processor.signal("SIGTERM")
          assert.deepStrictEqual(yield* processor.ended, { code: 0, signal: null }, processor.stderr())
        }),
      120_000
    )
  })
})

// Credentials that Google refuses are Google's to refuse: StatusClass.test.ts has what it answers then.
describe("Absent Google credentials", () => {
  const nobody = {
    PUBSUB_PROJECT_ID: "some-project",
    CASSANDRA_CONTACT_POINTS: "127.0.0.1:9",
    HOME: "/absent"
  }

  it.live.each(["run", "setup pubsub", "produce all --count 1"])(
    "end `counterfoil %s` with exit 2 and one clear line, without waiting for anything",
    (command) =>
      Effect.gen(function* () {
        const ended = yield* ran(command.split(" "), nobody)
        assert.strictEqual(ended.code, 2, ended.errors)
        assert.lengthOf(ended.told, 1, ended.errors)
        assert.match(ended.told[0] ?? "", /^counterfoil: connect to Google Cloud Pub\/Sub: .*credentials/)
      })
  )
})

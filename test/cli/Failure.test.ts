import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect } from "effect"
import {
  BadCredentials,
  CassandraError,
  KeyspaceMissing,
  Unreachable
} from "../../src/cassandra/CassandraError.ts"
import { MigrationRefused, SingleCopy } from "../../src/cassandra/MigrationRefused.ts"
import { FactMissing } from "../../src/cli/commands/Facts.ts"
import { ServerSilent } from "../../src/cli/commands/ServerTimeout.ts"
import { exitCodeOf, reportFailure } from "../../src/cli/Failure.ts"
import { Screen } from "../../src/cli/Screen.ts"
import { ConfigurationError } from "../../src/config/Configuration.ts"
import {
  AccessDenied,
  noAnswer,
  PubSubError,
  PubSubUnavailable,
  ResourceMissing
} from "../../src/pubsub/PubSubError.ts"
import { fakeScreen } from "./FakeScreen.ts"

const detail = { detail: "as the server said", cause: undefined }
const pubSub = { operation: "create topic", resource: "projects/p/topics/orders" }

describe("a failed command", () => {
  it.each([
    ["malformed configuration", new ConfigurationError({ problems: ["a", "b"] }), 2],
    [
      "refused credentials",
      new CassandraError({ operation: "connect", reason: new BadCredentials(detail) }),
      2
    ],
    [
      "a migration somebody has to decide on",
      new MigrationRefused({ reason: new SingleCopy({ nodes: 3 }) }),
      2
    ],
    [
      "a missing permission",
      new PubSubError({ ...pubSub, reason: new AccessDenied({ cause: undefined }) }),
      2
    ],
    [
      "a cluster that is away",
      new CassandraError({ operation: "connect", reason: new Unreachable({ ...detail, hosts: [] }) }),
      1
    ],
    [
      "Pub/Sub being away",
      new PubSubError({ ...pubSub, reason: new PubSubUnavailable({ detail: noAnswer, cause: undefined }) }),
      1
    ],
    ["a silent server", new ServerSilent({ server: "Cassandra" }), 1],
    ["an absent row", new FactMissing({ orderId: 5n }), 1],
    ["something unheard of", "a text", 1]
  ])("for %s exits as documented", (_what, error, code) => {
    expect(exitCodeOf(Cause.fail(error))).toBe(code)
  })

  it("with a bug exits 1", () => {
    expect(exitCodeOf(Cause.die(new TypeError("x is undefined")))).toBe(1)
  })

  const told = (cause: Cause.Cause<unknown>) =>
    Effect.gen(function* () {
      const { screen, written } = fakeScreen(false)
      yield* reportFailure(cause).pipe(Effect.provideService(Screen, screen))
      return written()
    })

  it.effect("tells each expected error in one line, without a stack and without control characters", () =>
    Effect.gen(function* () {
      expect(
        yield* told(Cause.fail(new ConfigurationError({ problems: ["first", "second \u001b[31m"] })))
      ).toBe("counterfoil: first\ncounterfoil: second \\u001b[31m\n")
      expect(yield* told(Cause.fail(new FactMissing({ orderId: 5n })))).toMatch(
        /^counterfoil: order 5 has no row[^\n]*\n$/
      )
    })
  )

  it.effect.each([
    [
      new PubSubError({ ...pubSub, reason: new ResourceMissing({ cause: undefined }) }),
      "create topic projects/p/topics/orders: it does not exist; `counterfoil setup pubsub` creates what is missing"
    ],
    [
      new PubSubError({ ...pubSub, reason: new AccessDenied({ cause: undefined }) }),
      "create topic projects/p/topics/orders: access denied; check the credentials and their roles on this resource"
    ],
    [
      new CassandraError({
        operation: "connect",
        reason: new KeyspaceMissing({ detail: "Keyspace 'k' does not exist", cause: undefined })
      }),
      "Cassandra, connect: Keyspace 'k' does not exist; `counterfoil setup cassandra` creates it (CF-107)"
    ],
    [
      new CassandraError({ operation: "connect", reason: new BadCredentials(detail) }),
      "Cassandra, connect: as the server said; check CASSANDRA_USERNAME, CASSANDRA_PASSWORD or CASSANDRA_PASSWORD_FILE (CF-105)"
    ]
  ] as const)("tells what to do about it in the same line: %s", ([error, line]) =>
    Effect.gen(function* () {
      expect(yield* told(Cause.fail(error))).toBe(`counterfoil: ${line}\n`)
    })
  )

  it.effect("tells a bug loudly, with where it happened", () =>
    Effect.gen(function* () {
      const text = yield* told(Cause.die(new TypeError("x is undefined")))
      expect(text).toContain("this is a bug in Counterfoil")
      expect(text).toMatch(/x is undefined[\s\S]*Failure\.test\.ts/)
    })
  )

  it.effect("tells nothing of an interruption", () =>
    Effect.gen(function* () {
      expect(yield* told(Cause.interrupt())).toBe("")
    })
  )
})

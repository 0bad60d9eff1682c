import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil } from "../../support/Counterfoil.ts"
import { describeWith, projectId, serviceEnvironment, uniqueName } from "../../support/TestServices.ts"

/** Runs a command against the run's real servers, to its end. */
const ran = (args: ReadonlyArray<string>, environment: Readonly<Record<string, string>>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const pretty = { LOG_FORMAT: "pretty" }
      const started = yield* counterfoil(args, { ...serviceEnvironment, ...pretty, ...environment })
      const { code } = yield* started.ended
      return { code, out: started.stdout().trimEnd().split("\n"), errors: started.stderr() }
    })
  )

const names = () => ({
  PUBSUB_ORDERS_TOPIC: uniqueName("orders"),
  PUBSUB_ORDERS_SUBSCRIPTION: uniqueName("orders_sub"),
  PUBSUB_PAYMENTS_TOPIC: uniqueName("payments"),
  PUBSUB_PAYMENTS_SUBSCRIPTION: uniqueName("payments_sub"),
  PUBSUB_DLQ_TOPIC: uniqueName("dlq"),
  PUBSUB_DLQ_SUBSCRIPTION: uniqueName("dlq_sub"),
  CASSANDRA_KEYSPACE: uniqueName("setup")
})

describeWith("cassandra", "pubsub")("commands on the real servers", () => {
  it.live("setup creates everything once, and facts then reads an empty table", () =>
    Effect.gen(function* () {
      const environment = names()
      const first = yield* ran(["setup"], environment)
      expect(first.code, first.errors).toBe(0)
      expect(first.out.filter((line) => line.startsWith("exists"))).toEqual([])
      expect(first.out).toContain(`created  projects/${projectId}/topics/${environment.PUBSUB_ORDERS_TOPIC}`)
      expect(first.out).toContain(`created  keyspace ${environment.CASSANDRA_KEYSPACE}`)

      const again = yield* ran(["setup"], environment)
      expect(again.code).toBe(0)
      expect(again.out.filter((line) => !line.startsWith("exists"))).toEqual([])

      expect(yield* ran(["facts", "count"], environment)).toMatchObject({ code: 0, out: ["0"] })
      const absent = yield* ran(["facts", "get", "4711"], environment)
      expect(absent.code).toBe(1)
      expect(absent.errors).toMatch(/^counterfoil: order 4711 has no row/)
    })
  )

  it.live("setup cassandra tells that the replication of a keyspace stays as it is, and leaves it so", () =>
    Effect.gen(function* () {
      const environment = { CASSANDRA_KEYSPACE: uniqueName("setup") }
      const stays = `replication of keyspace ${environment.CASSANDRA_KEYSPACE} stays {'class': 'SimpleStrategy', `
      expect((yield* ran(["setup", "cassandra"], environment)).code).toBe(0)
      const other = ["setup", "cassandra", "--cassandra-replication", "dc1:3"]
      const again = yield* ran(other, environment)
      expect(again.out, again.errors).toContainEqual(expect.stringContaining(stays))
      const planned = yield* ran([...other, "--dry-run"], environment)
      expect(planned.out, planned.errors).toContainEqual(expect.stringContaining(`-- ${stays}`))
      const unasked = yield* ran(["setup", "cassandra"], environment)
      expect(unasked.out.join("\n")).not.toContain("replication")
    })
  )

  it.live(
    "an absent keyspace is a configuration to mend (exit 2), a server that is away is not (exit 1)",
    () =>
      Effect.gen(function* () {
        const missing = yield* ran(["facts", "count"], { CASSANDRA_KEYSPACE: uniqueName("absent") })
        expect(missing.code).toBe(2)
        expect(missing.errors).toMatch(
          /^counterfoil: .*`counterfoil setup cassandra` creates it \(CF-\d+\)\n$/
        )
        const away = yield* ran(["facts", "count"], { CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" })
        expect(away.code).toBe(1)
        expect(away.errors).toMatch(/^counterfoil: .*127\.0\.0\.1:9.*\n$/)
      })
  )
})

describe("what needs no server", () => {
  it.live("setup --dry-run prints the plan where nobody answers", () =>
    Effect.gen(function* () {
      const nobody = { PUBSUB_EMULATOR_HOST: "127.0.0.1:9", CASSANDRA_CONTACT_POINTS: "127.0.0.1:9" }
      const { code, out } = yield* ran(
        ["setup", "--dry-run", "--cassandra-replication", "dc1:3,dc2:2"],
        nobody
      )
      expect(code).toBe(0)
      expect(out.filter((line) => line.startsWith("gcloud pubsub "))).toHaveLength(6)
      expect(out.join("\n")).toContain("'dc1': 3, 'dc2': 2")
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import driver from "cassandra-driver"
import { Effect, Result } from "effect"
import { classify } from "../../src/cassandra/internal/ErrorClassification.ts"
import { orUnknown } from "../../src/cassandra/Knowledge.ts"

const { errors } = driver

const refused = (code: number, text: string) =>
  Effect.fail(classify("execute", new errors.ResponseError(code, text)))

describe("orUnknown", () => {
  it.effect.each([
    ["a view of later versions", 0x2200, "table settings does not exist", "absent"],
    ["a view of later versions, in older words", 0x2200, "unconfigured table settings", "absent"],
    ["no views at all", 0x2200, "keyspace system_views does not exist", "absent"],
    [
      "a column of later versions",
      0x2200,
      "Undefined column name kind in table system_schema.dropped_columns",
      "absent"
    ],
    ["a statement of other services", 0x2000, "line 1:0 no viable alternative at input 'LIST'", "absent"],
    [
      "no authorization",
      0x0000,
      "LIST PERMISSIONS operation is not supported by AllowAllAuthorizer",
      "absent"
    ],
    [
      "an anonymous session",
      0x2100,
      "You have to be logged in and not anonymous to perform this request",
      "forbidden"
    ],
    [
      "a permission that lacks",
      0x2100,
      "User u has no SELECT permission on <table system_views.settings>",
      "forbidden"
    ]
  ] as const)("%s is an answer, and not a failure", ([_, code, text, why]) =>
    Effect.gen(function* () {
      const known = yield* orUnknown(refused(code, text))
      assert.isTrue(Result.isFailure(known))
      const unknown = Result.getOrThrow(Result.flip(known))
      assert.deepStrictEqual([unknown.why, unknown.detail], [why, text])
    })
  )

  it.effect.each([
    ["a time-out", 0x1200, "Operation timed out", "TimedOut"],
    ["an overload", 0x1001, "Too many requests", "Overloaded"],
    ["too few replicas", 0x1000, "Cannot achieve consistency level ONE", "ReplicasUnavailable"],
    ["another server error", 0x0000, "java.lang.NullPointerException", "Faulty"]
  ] as const)("[G4] %s says nothing about what there is, and stays a failure", ([_, code, text, tag]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(orUnknown(refused(code, text)))
      assert.strictEqual(error.reason._tag, tag)
    })
  )

  it.effect("what is read is known", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* orUnknown(Effect.succeed(7)), Result.succeed(7))
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { contactPointOf } from "../../../src/cassandra/internal/ContactPoint.ts"

describe("a contact point", () => {
  it.each([
    ["db1", "db1", 9042],
    ["db1:9043", "db1", 9043],
    ["10.0.0.1:19042", "10.0.0.1", 19042],
    ["[::1]:9043", "::1", 9043],
    ["[::1]", "::1", 9042],
    ["fe80::1:9043", "fe80::1:9043", 9042]
  ])("%s is %s at port %i", (text, host, port) => {
    assert.deepStrictEqual(contactPointOf(text), { host, port })
  })
})

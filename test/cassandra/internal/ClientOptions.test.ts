import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { clientOptions } from "../../../src/cassandra/internal/ClientOptions.ts"
import { loadDriver } from "../../../src/cassandra/internal/Driver.ts"

const optionsFor = (contactPoints: ReadonlyArray<string>) =>
  Effect.flatMap(loadDriver, (driver) =>
    clientOptions(driver, { contactPoints, localDataCenter: "datacenter1", keyspace: "shop" })
  )

describe("clientOptions", () => {
  const cases: ReadonlyArray<readonly [string, ReadonlyArray<string>, number | undefined]> = [
    ["one port of all", ["db1:9142", "10.0.0.2:9142", "[::1]:9142"], 9142],
    ["one port of one", ["db1:9142"], 9142],
    ["no port", ["db1", "::1"], 9042],
    ["the usual port, said and not said", ["db1:9042", "db2"], 9042],
    ["several ports", ["db1:9142", "db2:9143"], undefined]
  ]
  it.effect.each(cases)(
    "[G4] nodes that the contact points tell of are looked for at their port: %s",
    ([, contactPoints, port]) =>
      Effect.gen(function* () {
        const options = yield* optionsFor(contactPoints)
        assert.strictEqual(options.protocolOptions?.port, port)
      })
  )
})

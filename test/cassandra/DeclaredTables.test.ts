import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { declaredTables } from "../../src/cassandra/DeclaredTables.ts"
import { factColumns } from "../../src/domain/Fact.ts"
import { factTable } from "../../src/facts/FactStatements.ts"
import { migrationFolder } from "../../src/facts/MigrationFolder.ts"

describe("declaredTables", () => {
  it.effect("knows the fact table as the statements use it", () =>
    Effect.gen(function* () {
      const columns = (yield* declaredTables(migrationFolder)).get(factTable) ?? []
      assert.includeMembers(
        columns.map(({ name }) => name),
        [...factColumns]
      )
      assert.deepStrictEqual(columns[0], { name: "order_id", type: "bigint", role: "partition key" })
      assert.deepInclude(columns, { name: "price", type: "double", role: "value" })
    })
  )
})

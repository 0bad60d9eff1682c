import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { groupRows } from "../../src/facts/RowGroups.ts"

const Row = Schema.Struct({
  bytes: Schema.Literals([10, 300, 900, 1_001, 50_000]),
  host: Schema.Literals(["one", "two", "any"])
})
type Row = typeof Row.Type

const hostOf = (row: Row): string | undefined => (row.host === "any" ? undefined : row.host)
const grouped = (rows: ReadonlyArray<Row>) =>
  groupRows(rows, { maxRows: 4, maxBytes: 1_000, bytesOf: (row) => row.bytes, hostOf })

describe("groupRows", () => {
  it.prop(
    "puts every row in exactly one group, with rows of its own host",
    { rows: Schema.Array(Row) },
    ({ rows }) => {
      const groups = grouped(rows)
      const places = groups.flatMap((group) => group.places).sort((one, other) => one - other)
      assert.deepStrictEqual(places, [...rows.keys()])
      for (const group of groups) {
        assert.deepStrictEqual(
          group.places.map((place) => rows[place]),
          [...group.elements]
        )
        assert.isTrue(group.elements.every((row) => hostOf(row) === group.host))
      }
    }
  )

  it.prop("lets no group of several outgrow its limits", { rows: Schema.Array(Row) }, ({ rows }) => {
    for (const { elements } of grouped(rows)) {
      const bytes = elements.reduce((sum, row) => sum + row.bytes, 0)
      assert.isTrue(elements.length === 1 || (elements.length <= 4 && bytes <= 1_000))
    }
  })

  it("a row that goes alone does not part its neighbours", () => {
    const small = { bytes: 10, host: "one" } as const
    const groups = grouped([small, { bytes: 50_000, host: "one" }, small])
    assert.deepStrictEqual(
      groups.map((group) => group.places),
      [[0, 2], [1]]
    )
  })
})

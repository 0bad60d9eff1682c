import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { groupRows } from "../../src/facts/RowGroups.ts"

const Row = Schema.Struct({
  bytes: Schema.Literals([10, 300, 900, 1_001, 50_000]),
  hosts: Schema.Literals(["one", "two", "one two", "two three", "one two three", "any"])
})
type Row = typeof Row.Type

const sets = new Map(
  ["one", "two", "one two", "two three", "one two three"].map((names) => [names, names.split(" ")])
)
const hostsOf = (row: Row): ReadonlyArray<string> | undefined => sets.get(row.hosts)
const grouped = (rows: ReadonlyArray<Row>) =>
  groupRows(rows, {
    maxRows: 4,
    maxBytes: 1_000,
    bytesOf: (row) => row.bytes,
    hostsOf,
    preferredOf: (hosts) => hosts.at(-1)
  })

describe("groupRows", () => {
  it.prop(
    "puts every row in exactly one group, all of which each of its hosts holds",
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
        assert.isTrue(group.hosts === undefined || group.hosts.length > 0)
        for (const row of group.elements) {
          if (group.hosts === undefined) assert.isUndefined(hostsOf(row))
          else assert.includeMembers([...(hostsOf(row) ?? [])], [...group.hosts])
        }
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
    const small = { bytes: 10, hosts: "one" } as const
    const groups = grouped([small, { bytes: 50_000, hosts: "one" }, small])
    assert.deepStrictEqual(
      groups.map((group) => group.places),
      [[0, 2], [1]]
    )
  })

  it("where every host holds everything, leaves every host to choose from, and fills each group", () => {
    const everywhere = { bytes: 10, hosts: "one two three" } as const
    const groups = grouped(Array.from({ length: 9 }, () => everywhere))
    assert.deepStrictEqual(
      groups.map(({ hosts, places }) => [places.length, hosts]),
      [4, 4, 1].map((rows) => [rows, ["one", "two", "three"]])
    )
  })

  it("in a ring of twelve hosts with three copies each, makes no more groups than one host a row would", () => {
    const ring = Array.from({ length: 12 }, (_, at) => [at, (at + 1) % 12, (at + 2) % 12])
    // A fixed sequence that visits the ranges in no order.
    const rows = Array.from({ length: 100 }, (_, at) => (at * at * 7 + at * 5) % 12)
    const sizes = { maxRows: 10, maxBytes: 1_000, bytesOf: () => 1 }
    const byHosts = groupRows(rows, {
      ...sizes,
      hostsOf: (row) => ring[row],
      preferredOf: (hosts) => hosts[1]
    })
    const firstOnly = ring.map((hosts) => hosts.slice(0, 1))
    const byFirst = groupRows(rows, {
      ...sizes,
      hostsOf: (row) => firstOnly[row],
      preferredOf: (hosts) => hosts[0]
    })
    assert.isAtMost(byHosts.length, byFirst.length)
  })
})

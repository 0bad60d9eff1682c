import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { cassandraChecks, judgeCassandra } from "../../src/checks/CassandraChecks.ts"
import type { CassandraReading } from "../../src/checks/CassandraReading.ts"
import { type CheckCode, findingsIn } from "../../src/checks/Check.ts"
import {
  columns,
  dropped,
  found,
  good,
  id,
  index,
  item,
  price,
  rights,
  unread,
  withPlan
} from "./GoodCluster.ts"

describe("the checks of Cassandra", () => {
  it("find nothing on a cluster that is set up", () => {
    const outcomes = judgeCassandra(good).map(({ outcome }) => outcome._tag)
    assert.deepStrictEqual(
      outcomes,
      cassandraChecks.map(() => "Passed")
    )
  })

  it.each<[what: string, changes: Partial<CassandraReading>, codes: ReadonlyArray<string>, says: RegExp]>([
    [
      "a table that is not there",
      { columns: columns([]) },
      ["fatal CF-201"],
      /^CF-201: table shop\.facts does not exist; .*; run `counterfoil setup cassandra`$/
    ],
    [
      "every table that is not there",
      { columns: columns([], []) },
      ["fatal CF-201", "fatal CF-201"],
      /facts/
    ],
    [
      "a column of another type",
      { columns: columns([id, { ...item, type: "int" }, price]) },
      ["fatal CF-202"],
      /^CF-202: shop\.facts\.item is of type int; expected: type text; use another keyspace/
    ],
    [
      "a column that is not there",
      { columns: columns([id, price]) },
      ["fatal CF-202"],
      /column shop\.facts\.item does not exist; .*; run `counterfoil setup cassandra`$/
    ],
    [
      "a key that is not there",
      { columns: columns([item, price, { ...id, name: "id" }]) },
      ["fatal CF-202", "fatal CF-202"],
      /order_id does not exist; expected: a partition key of type bigint/
    ],
    [
      "a key that is none",
      { columns: columns([{ ...id, role: "value" }, item, price]) },
      ["fatal CF-202"],
      /order_id is a value; expected: a partition key/
    ],
    [
      "a column dropped later than the backlog may begin",
      { droppedColumns: dropped("item", 6) },
      ["warning CF-203"],
      /^CF-203: column shop\.facts\.item was dropped at 2026-11-20T00:00:00\.000Z and added again/
    ],
    ["nothing in a column dropped before", { droppedColumns: dropped("item", 8) }, [], /^$/],
    ["nothing in a column that is not ours", { droppedColumns: dropped("note", 1) }, [], /^$/],
    [
      "a default time to live",
      { options: Result.succeed({ defaultTimeToLiveSeconds: 60, gcGraceSeconds: 0 }) },
      ["warning CF-204"],
      /60 s: .*; ALTER TABLE shop\.facts WITH default_time_to_live = 0$/
    ],
    [
      "a classic index on a text",
      { indexes: index("COMPOSITES", "item") },
      ["warning CF-205"],
      /index by_it is on the text shop\.facts\.item: .*64 KiB.*; DROP INDEX shop\.by_it$/
    ],
    [
      "a storage-attached index on a text",
      { indexes: index("CUSTOM", "item", "StorageAttachedIndex") },
      ["warning CF-205"],
      /8 KiB/
    ],
    ["nothing in an index on a number", { indexes: index("COMPOSITES", "price") }, [], /^$/]
  ])("find %s", (_, changes, codes, says) => {
    const { codes: actual, sentence } = found(changes)
    assert.deepStrictEqual(actual, codes)
    assert.match(sentence, says)
  })

  it.each<[what: string, changes: Partial<CassandraReading>, codes: ReadonlyArray<CheckCode>]>([
    ["columns", { columns: new Map([["facts", unread("forbidden")]]) }, ["CF-201", "CF-202"]],
    ["dropped columns", { droppedColumns: unread("absent") }, ["CF-203"]],
    ["options", { options: unread("forbidden") }, ["CF-204"]],
    ["indexes", { indexes: unread("unanswered") }, ["CF-205"]],
    ["replication", { replication: unread("forbidden") }, ["CF-206"]],
    ["nodes", { nodes: [] }, ["CF-206"]],
    ["the data centre of a secure bundle", withPlan({ localDataCenter: undefined }), ["CF-206"]],
    ["rights", { rights: unread("forbidden") }, ["CF-301", "CF-302"]],
    [
      "rights of a cluster that has others",
      { rights: rights(["SELECT", "db:shop/*"]) },
      ["CF-301", "CF-302"]
    ],
    ["settings", { settings: unread("forbidden") }, ["CF-401", "CF-402"]]
  ])("say of %s that cannot be read what was not checked, and find nothing", (_, changes, codes) => {
    const results = judgeCassandra({ ...good, ...changes })
    assert.deepStrictEqual(findingsIn(results), [])
    const notMade = results.filter(({ outcome }) => outcome._tag === "NotMade").map(({ code }) => code)
    assert.deepStrictEqual(notMade, codes)
  })

  it("skip by name what would only say the same again", () => {
    const results = judgeCassandra({ ...good, columns: columns([]), rights: rights() })
    const skipped = results.flatMap(({ code, outcome }) =>
      outcome._tag === "Skipped" ? [`${code} because of ${outcome.because}`] : []
    )
    assert.deepStrictEqual(skipped, [
      "CF-202 because of CF-201",
      "CF-203 because of CF-202",
      "CF-204 because of CF-201",
      "CF-205 because of CF-201",
      "CF-301 because of CF-201",
      "CF-302 because of CF-201"
    ])
  })
})

/** What `facts` does. */
import { Console, Data, Effect, Option } from "effect"
import { cassandraFacts } from "../../App.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import { type Fact, factColumns } from "../../domain/Fact.ts"
import { FactStore } from "../../facts/FactStore.ts"
import { FactStoreSqlite } from "../../facts/FactStoreSqlite.ts"
import { escaped, escapedJson } from "../Escaped.ts"
import { commandStatementsAtOnce } from "../Limits.ts"
import { demoFolder, endedDemoFiles } from "./DemoFile.ts"
import { type DemoMark, isDemo } from "./DemoSettings.ts"
import { connectedTo, withServerTimeout } from "./ServerTimeout.ts"

/** There is no row for an order. The command exits 1. */
export class FactMissing extends Data.TaggedError("FactMissing")<{ readonly orderId: bigint }> {
  override get message(): string {
    return `order ${this.orderId} has no row in the fact table: neither it nor a payment for it was written (the id of a payment finds nothing here; its row has the id of its order)`
  }
}

/** Connects to the fact table, or to the one that a demo has left, for as long as the body runs. */
export const connectedFacts =
  (settings: CassandraSettings | DemoMark) =>
  <A, E, R>(body: Effect.Effect<A, E, R>) =>
    isDemo(settings)
      ? Effect.flatMap(endedDemoFiles(demoFolder()), ({ table: file }) =>
          Effect.provide(body, FactStoreSqlite.layer({ file }))
        )
      : body.pipe(connectedTo("Cassandra", cassandraFacts(settings, commandStatementsAtOnce)))

/** Prints one row. **Errors**: `FactMissing`; `FactStoreError`; `ServerSilent`. */
export const showFact = Effect.fn("facts get")(function* (orderId: bigint, json: boolean) {
  const store = yield* FactStore
  const found = yield* withServerTimeout("Cassandra")(store.get(orderId))
  if (Option.isNone(found)) return yield* new FactMissing({ orderId })
  yield* Console.log(json ? escapedJson(found.value) : table(found.value))
})

/** Prints how many rows there are. **Errors**: `FactStoreError`. */
export const showCount = Effect.fn("facts count")(function* (json: boolean) {
  const store = yield* FactStore
  const rows = yield* store.count
  yield* Console.log(json ? escapedJson({ facts: rows }) : String(rows))
})

const table = (fact: Fact): string =>
  factColumns.map((column) => `${column.padEnd(columnWidth)}${shown(fact[column])}`).join("\n")

const columnWidth = Math.max(...factColumns.map((column) => column.length)) + 2

const shown = (value: string | number | bigint | null): string =>
  value === null ? "–" : escaped(String(value))

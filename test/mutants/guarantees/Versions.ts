/** Writes whose outcome depends on when, how often or beside what they arrive (G2). */
import { integration, type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const decision = "test/ingest/PaymentDecision.test.ts"
const version = "test/domain/Version.test.ts"
const cells = "test/facts/CellTable.test.ts"
const onSqlite = "test/facts/FactStoreSqlite.test.ts"
const onCassandra = "test/facts/FactStoreCassandra.integration.test.ts"

/** Mutants of G2. */
export const ofVersions: ReadonlyArray<Mutant> = [
  {
    name: "arrival-time-as-version",
    what: "gives a write the time of its arrival as its version",
    guarantee: "G2",
    file: "src/domain/Version.ts",
    text: "BigInt(Math.floor(publishTimeMicros / 1000) * 1000 +",
    replacement: "BigInt(Date.now() * 1000 + 0 * publishTimeMicros +",
    caughtBy: [
      unit(version, "depends on the publish time's millisecond and the fields alone"),
      scenario("clock-ahead"),
      scenario("clock-behind"),
      scenario("acks-lost"),
      scenario("answers-lost")
    ]
  },
  {
    name: "no-hash-in-version",
    what: "gives all messages of one millisecond one version",
    guarantee: "G2",
    file: "src/domain/Version.ts",
    text: "* 1000 + hashOf(canonical))",
    replacement: "* 1000 + 0 * canonical.length)",
    caughtBy: [unit(version, "differs between most messages of one millisecond")]
  },
  {
    name: "tie-not-raised",
    what: "writes the greater of two payments with one version at that very version",
    guarantee: "G2",
    file: "src/ingest/PaymentDecision.ts",
    text: "version: greater(writeAt, standing.version + 1n)",
    replacement: "version: writeAt",
    caughtBy: [unit(decision, "the greater is written above the tie"), simulation, scenario("equal-times")]
  },
  {
    name: "group-tie-not-raised",
    what: "writes the winner of tied payments in one batch at the version they share",
    guarantee: "G2",
    file: "src/ingest/PaymentDecision.ts",
    text: "version: tied ? winner.version + 1n : winner.version",
    replacement: "version: winner.version",
    caughtBy: [unit(decision, "a group is folded to its newest payment")]
  },
  {
    name: "raised-version-compared",
    what: "compares a payment with the raised version of a tie's winner, not with its own",
    guarantee: "G2",
    file: "src/ingest/PaymentDecision.ts",
    text: "const theirVersion = versionBeforeRaise(standing.columns, standing.version)",
    replacement: "const theirVersion = standing.version + 0n * BigInt(versionBeforeRaise.length)",
    caughtBy: [unit(decision, "a third payment with that version"), simulation]
  },
  {
    name: "superseded-written",
    what: "writes an older payment over a newer one",
    guarantee: "G2",
    file: "src/ingest/PaymentDecision.ts",
    text: 'if (!wins) return { _tag: "Superseded" }',
    replacement: "",
    caughtBy: [
      unit(decision, "an older one is superseded"),
      unit("test/ingest/ProcessorDurability.test.ts", "an older payment that comes again after a newer one"),
      simulation,
      scenario("acks-lost")
    ]
  },
  {
    name: "shadowed-not-read-back",
    what: "does not look whether a foreign writer's nulls hide a payment",
    guarantee: "G2",
    file: "src/ingest/PaymentDecision.ts",
    text: "mayBeHiddenByTombstone: state.orderVersion >= writeAt",
    replacement: "mayBeHiddenByTombstone: false",
    caughtBy: [
      unit(decision, "as new as the payment has to be read back"),
      unit("test/ingest/ProcessorDurability.test.ts", "a payment hidden by a foreign writer's nulls")
    ]
  },
  {
    name: "lift-not-read-back",
    what: "takes a payment written above foreign nulls for one that shows, although it was deleted later",
    guarantee: "G2",
    file: "src/ingest/PaymentHandler.ts",
    text: "yield* readBack(facts, written, outcomes, ({ group }) => settleAll(group, outcomes, superseded))",
    replacement: "for (const entry of written) settleWritten(entry, outcomes)",
    caughtBy: [unit(cells, "a payment that was deleted later than its order was written stays deleted")]
  },
  {
    name: "lift-without-hash",
    what: "writes a payment one above foreign nulls, where its own version cannot be told any more",
    guarantee: "G2",
    file: "src/domain/Version.ts",
    text: "const version = nextMillisecond + BigInt(hashOf(canonicalPayment(payment)))",
    replacement:
      "const version = foreign + 1n + 0n * (nextMillisecond + BigInt(hashOf(canonicalPayment(payment))))",
    caughtBy: [
      unit(version, "is the payment's hash in the first whole millisecond that is greater"),
      unit(version, "stays the payment's version by itself")
    ]
  },
  {
    name: "lift-beyond-int64",
    what: "writes above nulls at the end of int64, where no write time is",
    guarantee: "G2",
    file: "src/domain/Version.ts",
    text: "return version <= int64Max ? version : undefined",
    replacement: "return version <= int64Max ? version : version",
    caughtBy: [
      unit(version, "does not exist at the end of int64"),
      unit(onSqlite, "above nulls at the end of int64 nothing can be written")
    ]
  },
  {
    name: "lift-rounded",
    what: "counts write times as doubles when it lifts a payment above foreign nulls",
    guarantee: "G2",
    file: "src/domain/Version.ts",
    text: "const sinceMillisecond = foreign % millisecond",
    replacement: "foreign = BigInt(Number(foreign))\n  const sinceMillisecond = foreign % millisecond",
    caughtBy: [
      unit(version, "is the payment's hash in the first whole millisecond that is greater"),
      unit(cells, "nanoseconds, at an odd one above what a double can tell")
    ]
  },
  {
    name: "write-time-rounded",
    what: "reads write times as doubles",
    guarantee: "G2",
    file: "src/facts/FactStatements.ts",
    text: "(greatest === undefined || version > greatest) ? version : greatest",
    replacement: "(greatest === undefined || version > greatest) ? BigInt(Number(version)) : greatest",
    caughtBy: [integration(onCassandra, "nanoseconds, at an odd one above what a double can tell")]
  },
  {
    name: "customer-decides",
    what: "takes a row without a customer for one without an order",
    guarantee: "G2",
    file: "src/facts/FactStatements.ts",
    text: 'let greatest = later(undefined, row["customer_id_version"])',
    replacement: 'return later(undefined, row["customer_id_version"])\n  let greatest',
    caughtBy: [
      integration(onCassandra, "a row of the scripts without customer_id is an order"),
      integration(onCassandra, "an order without customer and address is an order")
    ]
  },
  {
    name: "customer-decides-embedded",
    what: "takes a row without a customer for one without an order, in the embedded table",
    guarantee: "G2",
    file: "src/facts/FactStoreSqliteStatements.ts",
    text: "IS NOT NULL AS order_exists",
    replacement: "IS NOT NULL AND customer_id IS NOT NULL AS order_exists",
    caughtBy: [unit(onSqlite, "a row of the scripts without customer_id is an order")]
  },
  {
    name: "order-clears-payment",
    what: "writes nulls into the payment columns of an order's row, as the original did",
    guarantee: "G2",
    file: "src/facts/FactStatements.ts",
    text: '"order_status, creation_date) VALUES (?, ?, ?, ?, ?, ?, ?, ?) USING TIMESTAMP ?"',
    replacement:
      '"order_status, creation_date, payment_id, payment_method, card_last_four, payment_status, payment_datetime) VALUES (?, ?, ?, ?, ?, ?, ?, ?, null, null, null, null, null) USING TIMESTAMP ?"',
    caughtBy: [
      integration(onCassandra, "an order written again, newer, never touches the payment columns"),
      scenario("two-processors")
    ]
  },
  {
    name: "null-card-as-empty-text",
    what: "stores the card of a payment without one as empty text",
    guarantee: "G2",
    file: "src/domain/Payment.ts",
    text: 'digits === "" ? null : digits',
    replacement: "digits",
    caughtBy: [unit("test/domain/Payment.test.ts", "takes null, nothing and empty text for card_last_four")]
  },
  {
    name: "null-card-read-as-empty-text",
    what: "takes a stored payment without a card for another one than the same payment that comes again",
    guarantee: "G2",
    file: "src/facts/FactStatements.ts",
    text: 'card_last_four: nullableText(row["card_last_four"])',
    replacement: 'card_last_four: textOf(row["card_last_four"])',
    caughtBy: [integration(onCassandra, "a payment without a card is read back so")]
  },
  {
    name: "order-not-excluded",
    what: "works on two payments for one order at the same time",
    guarantee: "G2",
    file: "src/ingest/OrderLock.ts",
    text: "if (busy.has(orderId)) taken.set(orderId, group)",
    replacement: "if (orderId < 0n) taken.set(orderId, group)",
    caughtBy: [
      unit("test/ingest/OrderLock.test.ts", "never do two works on one id go on at once"),
      simulation
    ]
  },
  {
    name: "order-never-free-again",
    what: "keeps an order id busy after the work on it",
    guarantee: "G2",
    file: "src/ingest/OrderLock.ts",
    text: "for (const orderId of free.keys()) busy.delete(orderId)",
    replacement: "",
    caughtBy: [unit("test/ingest/OrderLock.test.ts", "the others as they become free"), scenario("hot-order")]
  }
]

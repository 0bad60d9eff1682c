/** Rows that only Cassandra refuses, and what is mistaken for them (G3, G4). */
import { type Mutant, scenario, unit } from "../Mutant.ts"

const rule = "test/facts/RowRequests.test.ts"
const outage = "test/facts/RowRequestsOutage.test.ts"
const memory = "test/facts/RowRequestsMemory.test.ts"
const rows = "test/facts/RefusedRows.test.ts"
const processor = "test/ingest/ProcessorRefusals.test.ts"

/** Mutants of the rule for refused rows. */
export const ofRefusals: ReadonlyArray<Mutant> = [
  {
    name: "refusals-need-no-contrast",
    what: "rejects a row that is refused often enough, though every other one is refused too",
    guarantee: "G4",
    file: "src/facts/RefusedRows.ts",
    text: "const counts = evidence.contrastedAs",
    replacement: "const counts = evidence.refusedAs > 0 || evidence.contrastedAs",
    caughtBy: [
      unit(outage, "a table that refuses every row"),
      unit(processor, "nothing is written for three minutes"),
      scenario("ttl-too-large")
    ]
  },
  {
    name: "contrast-of-any-host",
    what: "takes what another host stored for proof that this one does not refuse everything",
    guarantee: "G4",
    file: "src/facts/RefusedRows.ts",
    text: "return (this.#took.get(coordinator) ?? 0) > refusedAs",
    replacement: "return Math.max(0 * coordinator.length, ...this.#took.values()) > refusedAs",
    caughtBy: [unit(outage, "while one host of three still takes all")]
  },
  {
    name: "contrast-after-the-try",
    what: "counts a try that was sent before another row was stored",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "if (this.#isContrasted(evidence)) evidence.contrastedAs ??= sentAs",
    replacement: "evidence.contrastedAs ??= sentAs",
    caughtBy: [
      unit(rows, "sent before the host took another row"),
      unit(outage, "a table that refuses every row")
    ]
  },
  {
    name: "tries-at-once-count",
    what: "counts each of several tries that were under way at once",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "evidence.contrastedAs = undefined",
    replacement: "evidence.contrastedAs ??= undefined",
    caughtBy: [unit(rows, "of two tries that were under way at once")]
  },
  {
    name: "four-refusals",
    what: "rejects a row one refusal too early",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "evidence.refusals >= refusalsNeeded &&",
    replacement: "evidence.refusals >= refusalsNeeded - 1 &&",
    caughtBy: [unit(rule, "four refusals are not enough")]
  },
  {
    name: "half-a-minute-too-short",
    what: "rejects a row before 30 s are over",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "millis >= refusalMillis &&",
    replacement: "millis >= refusalMillis - 1_000 &&",
    caughtBy: [unit(rule, "thirty refusals within 29 s")]
  },
  {
    name: "one-host-suffices",
    what: "rejects what one of two hosts refuses",
    guarantee: "G4",
    file: "src/facts/RefusedRows.ts",
    text: "refusing >= Math.min(refusingHostsNeeded, hosts)",
    replacement: "refusing >= Math.min(refusingHostsNeeded, hosts, 1)",
    caughtBy: [unit(outage, "one alone proves nothing")]
  },
  {
    name: "two-hosts-always",
    what: "waits for a second host where there is none",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "refusing >= Math.min(refusingHostsNeeded, hosts)",
    replacement: "refusing >= Math.max(refusingHostsNeeded, hosts)",
    caughtBy: [
      unit(rule, "it is rejected"),
      unit(outage, "where one is down, one suffices"),
      scenario("index-term-too-long"),
      scenario("sai-term-too-long"),
      scenario("partition-denied")
    ]
  },
  {
    name: "hosts-take-no-turns",
    what: "sends a refused row to the host that refused it, again and again",
    guarantee: "G4",
    file: "src/facts/RefusedRows.ts",
    text: "++evidence.turn",
    replacement: "0 * ++evidence.turn",
    caughtBy: [unit(outage, "which the other one takes: it is stored there")]
  },
  {
    name: "reasons-count-together",
    what: "counts refusals of a row for different reasons together",
    guarantee: "G3",
    file: "src/facts/RefusedRows.ts",
    text: "(each) => each.text === text",
    replacement: "(each) => each.text.length + text.length > 0",
    caughtBy: [unit(rows, "for different reasons do not count together")]
  },
  {
    name: "refusals-remembered-for-ever",
    what: "lets a refusal count however long ago it was",
    guarantee: "G6",
    file: "src/facts/RefusedRows.ts",
    text: "now - lastAt < refusalMemoryMillis",
    replacement: "now - lastAt < refusalMemoryMillis * 1e9",
    caughtBy: [unit(memory, "a minute without a refusal"), unit(rows, "makes room for others")]
  },
  {
    name: "refused-rows-without-bound",
    what: "remembers any number of refused rows",
    guarantee: "G6",
    file: "src/facts/RefusedRows.ts",
    text: "this.#rows.size >= refusedRowsMax",
    replacement: "this.#rows.size >= refusedRowsMax * 1e9",
    caughtBy: [unit(rows, "remembers so many rows and no more")]
  },
  {
    name: "nothing-written-again",
    what: "waits for other rows to come by, which full retry places or an ordering key keep away",
    guarantee: "G3",
    file: "src/facts/RowRequests.ts",
    text: "if (silent.size === 0 || element === undefined ||",
    replacement: "if (silent.size >= 0 || element === undefined ||",
    caughtBy: [
      unit(rule, "where nothing else comes, the last row stored here is written again"),
      unit(processor, "refused rows that fill MAX_RETRYING")
    ]
  },
  {
    name: "always-written-again",
    what: "writes a stored row again before each try of a refused one, whatever else is stored",
    guarantee: "G6",
    file: "src/facts/RefusedRows.ts",
    text: "if (!this.#isContrasted(evidence)) hosts.add(evidence.coordinator)",
    replacement: "hosts.add(evidence.coordinator)",
    caughtBy: [unit(rule, "nothing is written again while other rows come by")]
  },
  {
    name: "denied-row-written-again",
    what: "writes the refused row's own partition again to show that others are taken",
    guarantee: "G3",
    file: "src/facts/RowRequests.ts",
    text: "isLastRefused ? (this.#other ?? this.#last) : this.#last",
    replacement: "isLastRefused ? this.#last : (this.#last ?? this.#other)",
    caughtBy: [unit(rule, "for the refused row itself is not what is written again")]
  },
  {
    name: "refused-row-joins-batches",
    what: "sends a row that was refused with others, which fail with it each time",
    guarantee: "G3",
    file: "src/facts/RowRequests.ts",
    text: "if (this.#refused.has(this.#kind.orderIdOf(element))) refused.push(place)",
    replacement: "if (place < 0 && this.#refused.has(this.#kind.orderIdOf(element))) refused.push(place)",
    caughtBy: [unit(rule, "a refused row costs the rows beside it nothing")]
  },
  {
    name: "lone-row-is-no-batch",
    what: "writes a row alone in another way than beside others",
    guarantee: "G3",
    file: "src/facts/FactStatements.ts",
    text: "const texts: Array<string> = []",
    replacement: "const texts: Array<string> = [write, write]",
    caughtBy: [unit(rule, "a row alone travels as a batch of one"), scenario("timestamps-too-old")]
  },
  {
    name: "full-disk-is-the-rows-fault",
    what: "takes a full disk for a refusal of the row",
    guarantee: "G4",
    file: "src/cassandra/internal/ErrorClassification.ts",
    text: "if (isDiskFull(detail))",
    replacement: "if (isDiskFull(detail) && coordinator === detail)",
    caughtBy: [unit(outage, "full disk"), unit("test/cassandra/CassandraError.test.ts", "a full disk")]
  },
  {
    name: "changed-table-is-the-rows-fault",
    what: "takes a missing column for a refusal of the row",
    guarantee: "G4",
    file: "src/cassandra/internal/ErrorClassification.ts",
    text: "if (isTableChange(detail))",
    replacement: "if (isTableChange(detail) && coordinator === detail)",
    caughtBy: [unit(outage, "changed table"), unit("test/cassandra/CassandraError.test.ts", "a column")]
  },
  {
    name: "outage-asks-for-each-row",
    what: "asks for each row of a batch alone, though nothing is answered",
    guarantee: "G6",
    file: "src/facts/GroupedAnswers.ts",
    text: "if (isAnswered || divisible.some(",
    replacement: "if (isAnswered || divisible.length > 0 || divisible.some(",
    caughtBy: [unit(outage, "is asked for one row of a batch, and not for each")]
  },
  {
    name: "same-scout-again",
    what: "asks for the same row of a batch first, each time",
    guarantee: "G3",
    file: "src/facts/RowRequests.ts",
    text: "maySound ? this.#scouts++ % elements : undefined",
    replacement: "maySound ? 0 * this.#scouts++ * elements : undefined",
    caughtBy: [unit(outage, "the next try stores the others")]
  },
  {
    name: "refusal-quoted",
    what: "puts what Cassandra quotes of a row into its dead letter",
    guarantee: "G3",
    file: "src/facts/CassandraFailure.ts",
    text: "text.length >= quotedMin",
    replacement: "text.length >= quotedMin * 1e9",
    caughtBy: [unit(rule, "quotes nothing of the row")]
  },
  {
    name: "refused-payment-holds-others",
    what: "keeps the other payments for an order waiting while one of them is refused",
    guarantee: "G3",
    file: "src/ingest/PaymentHandler.ts",
    text: "settleWriteFailure(entry, outcomes, answer.failure, again)",
    replacement: "settleWriteFailure(entry, outcomes, answer.failure, again.length < 0 ? again : undefined)",
    caughtBy: [unit(processor, "keeps no other payment for its order from its row")]
  },
  {
    name: "one-row-is-an-outage",
    what: "takes messages for one refused row, in batches of their own, for an outage of the table",
    guarantee: "G4",
    file: "src/ingest/FactsEvidence.ts",
    text: "if (!isSameRow) evidence.firstTryFailures++",
    replacement: "if (!isSameRow || isSameRow) evidence.firstTryFailures++",
    caughtBy: [unit(processor, "changes neither readiness nor intake, and health names it")]
  },
  {
    name: "own-failures-divided",
    what: "divides rows that are each refused for themselves, as if one had spoiled the others",
    guarantee: "G4",
    file: "src/ingest/HandlingDisposition.ts",
    text: "isOwn: failure.row !== undefined",
    replacement: "isOwn: failure.row === 0n",
    caughtBy: [
      unit("test/ingest/HandlingDisposition.test.ts", "is no reason to divide what is tried with it")
    ]
  }
]

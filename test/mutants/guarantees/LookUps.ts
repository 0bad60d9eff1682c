/** Looking for an order or a payment, wrongly. */
import { type Mutant, unit } from "../Mutant.ts"

const sentence = "test/cli/commands/WhereSentence.test.ts"
const processes = "test/cli/commands/WhereProcesses.test.ts"
const table = "test/cli/commands/WhereTable.test.ts"
const held = "test/ingest/HeldMessages.test.ts"
const access = "test/http/LookUpAccess.test.ts"
const route = "test/http/LookUpRoute.test.ts"

/** Mutants of looks for one message. */
export const ofLookUps: ReadonlyArray<Mutant> = [
  {
    name: "where-nowhere-unasked",
    what: "says that a message is nowhere although a process was not asked",
    guarantee: undefined,
    file: "src/cli/commands/WhereReport.ts",
    text: ": notAsked.success.map(",
    replacement: ": notAsked.success.slice(0, 0).map(",
    caughtBy: [unit(sentence, "it is not said to be nowhere where nobody looked at")]
  },
  {
    name: "where-nowhere-unread-table",
    what: "says that a message is nowhere although the table did not answer",
    guarantee: undefined,
    file: "src/cli/commands/WhereReport.ts",
    text: "Result.isFailure(table) ? [`the table",
    replacement: "Result.isFailure(table) && table.failure === undefined ? [`the table",
    caughtBy: [unit(sentence, "it is not said to be nowhere where nobody looked at")]
  },
  {
    name: "where-partial-letters-are-all",
    what: "takes the dead letters that could be held for all there are",
    guarantee: undefined,
    file: "src/cli/commands/WhereReport.ts",
    text: "Result.isSuccess(deadLetters) && deadLetters.success.isPartial",
    replacement: "Result.isSuccess(deadLetters) && deadLetters.success.isPartial === undefined",
    caughtBy: [unit(sentence, "it is not said to be nowhere where nobody looked at")]
  },
  {
    name: "where-misses-redrives",
    what: "says that a message is no dead letter while a process holds dead letters",
    guarantee: undefined,
    file: "src/cli/commands/WhereReport.ts",
    text: ".filter(({ answer }) => answer.redriveRunning)",
    replacement: ".filter(({ answer }) => answer.redriveRunning === undefined)",
    caughtBy: [unit(sentence, "it is not said to be nowhere where nobody looked at")]
  },
  {
    name: "where-one-process-for-all",
    what: "takes what one process has read of the payments for what all have",
    guarantee: undefined,
    file: "src/cli/commands/WhereProcesses.ts",
    text: "Result.isSuccess(notAsked) && notAsked.success.length === 0",
    replacement: "Result.isSuccess(notAsked)",
    caughtBy: [unit(processes, "those in the progress table that did not answer are named")]
  },
  {
    name: "where-scans-one-page",
    what: "takes the first page of the table for all of it",
    guarantee: undefined,
    file: "src/facts/PaymentRows.ts",
    text: "} while (page !== undefined)",
    replacement: "} while (page !== undefined && rows < 0)",
    caughtBy: [unit(table, "a payment in the table, without an index")]
  },
  {
    name: "look-up-misses-backoff",
    what: "looks into the waiting room alone",
    guarantee: undefined,
    file: "src/ingest/HeldMessages.ts",
    text: ".find((delivery) => isMeant(key, delivery))",
    replacement: ".find((delivery) => isMeant(key, delivery) && key.id < 0n)",
    caughtBy: [unit(held, "finds what is tried again")]
  },
  {
    name: "look-up-any-token",
    what: "answers whoever gives any token",
    guarantee: undefined,
    file: "src/http/Token.ts",
    text: "isSame(given, Redacted.value(token))",
    replacement: "isSame(given, given || Redacted.value(token))",
    caughtBy: [
      unit(access, "with a token, wherever it is bound"),
      unit(route, "where a token is set it is needed")
    ]
  },
  {
    name: "look-up-any-host",
    what: "answers a page that was lured to loopback by a name of its own",
    guarantee: undefined,
    file: "src/http/LookUpAccess.ts",
    text: "isLoopback(hostOf(headers.host))",
    replacement: "isLoopback(hostOf(headers.host)) || headers.host !== undefined",
    caughtBy: [unit(access, "without a token"), unit(route, "refuses a page that was lured to loopback")]
  },
  {
    name: "row-with-personal-data",
    what: "shows the personal data of a row on the page to whoever looks it up",
    guarantee: undefined,
    file: "src/http/StoredPlaces.ts",
    text: "isShown || !personalColumns.has(column)",
    replacement: "isShown || column !== undefined",
    caughtBy: [unit(route, "for the page it answers with the row and the dead letters too")]
  },
  {
    name: "look-up-any-cookie",
    what: "answers whoever sends any cookie",
    guarantee: undefined,
    file: "src/http/LookUpAccess.ts",
    text: "isCookieOf(token, headers.cookie)",
    replacement: "headers.cookie !== undefined",
    caughtBy: [unit(route, "somebody who has logged in on the page may ask")]
  },
  {
    name: "row-look-up-of-all-rows",
    what: "reads every row that names a payment for one look-up",
    guarantee: "G6",
    file: "src/ingest/StoredRows.ts",
    text: "orderIds.slice(0, rowsLookedUpMax)",
    replacement: "orderIds.slice(rowsLookedUpMax - rowsLookedUpMax)",
    caughtBy: [unit("test/ingest/StoredRows.test.ts", "reads a few rows at most")]
  }
]

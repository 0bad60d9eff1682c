/** Steps of a delivery that the ledger is not told of (G7): one mutant for each call of it. */
import { type Mutant, unit } from "../Mutant.ts"

const agreement = unit(
  "test/pipeline/StreamLedgerAgreement.test.ts",
  "agree about what is held at every moment"
)
const pipeline = "test/pipeline/Pipeline.test.ts"
const stop = "test/ingest/ProcessorStop.test.ts"

/** Mutants of G7. */
export const ofLedger: ReadonlyArray<Mutant> = [
  {
    name: "ledger-received",
    what: "does not tell the ledger what was received",
    guarantee: "G7",
    file: "src/pipeline/Pipeline.ts",
    text: "const entry = ledger.received(batch)",
    replacement: 'const entry = ledger.open("inFlight")',
    caughtBy: [agreement]
  },
  {
    name: "ledger-narrowed",
    what: "holds up the publish time of what is stored while its neighbours stand before a full backoff",
    guarantee: "G7",
    file: "src/pipeline/Pipeline.ts",
    text: "from.keepOnly([...retry, ...wait, ...leave, ...letters])",
    replacement: "",
    caughtBy: [unit(pipeline, "holds up its own publish time, not that of its neighbours")]
  },
  {
    name: "ledger-batch-closed",
    what: "leaves the entry of a batch open, and holds up its publish time",
    guarantee: "G7",
    file: "src/pipeline/Pipeline.ts",
    text: "if (entry.count > 0) yield* putOff(unsettled, entry)\n      entry.close()",
    replacement: "if (entry.count > 0) yield* putOff(unsettled, entry)",
    caughtBy: [agreement]
  },
  {
    name: "ledger-released",
    what: "gives deliveries back and does not tell the ledger",
    guarantee: "G7",
    file: "src/pipeline/Release.ts",
    text: "from.released(deliveries)",
    replacement: "void from",
    caughtBy: [agreement]
  },
  {
    name: "ledger-fated",
    what: "acknowledges deliveries and does not tell the ledger their fate",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "for (const [fate, deliveries] of fated) entry.fated(fate, deliveries.length)",
    replacement: "void entry",
    caughtBy: [agreement]
  },
  {
    name: "ledger-unconfirmed",
    what: "does not count acknowledgements that the server did not confirm",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "ledger.unconfirmed(lost.length)",
    replacement: "void lost",
    caughtBy: [
      unit(
        "test/ingest/ProcessorDurability.test.ts",
        "an acknowledgement the server does not confirm is counted"
      )
    ]
  },
  {
    name: "ledger-publish-failed",
    what: "does not count dead letters whose publish was not confirmed",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "ledger.publishFailed(retry.length)",
    replacement: "",
    caughtBy: [unit("test/ingest/ProcessorMetrics.test.ts", "whose publish is not confirmed are counted")]
  },
  {
    name: "ledger-retried",
    what: "does not count what is put off because the table does not answer",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "ledger.retried(disposed.retry.length)",
    replacement: "",
    caughtBy: [unit(pipeline, "what is left to somebody else after a retry is released as well")]
  },
  {
    name: "ledger-dead-letter-retried",
    what: "does not count what is put off because the dead-letter topic does not answer",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "ledger.retried(retry.length)",
    replacement: "",
    caughtBy: [unit(pipeline, "the tries to publish a dead letter grow apart while its topic is away")]
  },
  {
    name: "ledger-lost-dead-letter",
    what: "forgets to count dead letters whose lease was lost as released",
    guarantee: "G7",
    file: "src/pipeline/BatchAttempt.ts",
    text: "batch.entry.released(queued.map(",
    replacement: "void (queued.map(",
    caughtBy: [
      unit(
        "test/pipeline/BatchAttempt.test.ts",
        "a dead letter whose delivery was lost while it stood in line is not published"
      )
    ]
  },
  {
    name: "ledger-dead-letters-moved",
    what: "publishes dead letters beside the slots on the account of their batch",
    guarantee: "G7",
    file: "src/pipeline/DeadLetterQueue.ts",
    text: "from.moveTo(\n            entry,\n            group.map(({ decoded }) => decoded)\n          )",
    replacement: "void from",
    caughtBy: [agreement]
  },
  {
    name: "ledger-dead-letters-closed",
    what: "leaves the entry of published dead letters open, and holds up their publish time",
    guarantee: "G7",
    file: "src/pipeline/DeadLetterQueue.ts",
    text: "entry.close()",
    replacement: "",
    caughtBy: [
      unit(
        "test/ingest/ProcessorSlowDeadLetters.test.ts",
        "a rejected order holds up no payment once its dead letter is published"
      ),
      agreement
    ]
  },
  {
    name: "ledger-retries-moved",
    what: "retries deliveries on the account of their batch",
    guarantee: "G7",
    file: "src/pipeline/RetryQueue.ts",
    text: "from.moveTo(entry, deliveries)",
    replacement: "void from",
    caughtBy: [agreement]
  },
  {
    name: "ledger-retries-narrowed",
    what: "holds up the publish time of what is stored while its neighbours are retried",
    guarantee: "G7",
    file: "src/pipeline/RetryQueue.ts",
    text: "if (first.length > 0) entry.keepOnly(first)",
    replacement: "",
    caughtBy: [
      unit(pipeline, "what was stored of a group in backoff does not hold up the publish time of the rest")
    ]
  },
  {
    name: "ledger-retries-closed",
    what: "leaves the entry of a group open when all of it has left the backoff, and holds up its publish time",
    guarantee: "G7",
    file: "src/pipeline/RetryQueue.ts",
    text: "rest = first\n      }\n      entry.close()",
    replacement: "rest = first\n      }",
    caughtBy: [agreement]
  },
  {
    name: "ledger-admissions-closed",
    what: "leaves the entry of those open that wait after a retry, and holds up their publish time",
    guarantee: "G7",
    file: "src/pipeline/RetryQueue.ts",
    text: "Effect.sync(() => entry.close())",
    replacement: "Effect.void",
    caughtBy: [unit(pipeline, "holds up no publish time and takes no place of the backoff")]
  },
  {
    name: "ledger-waiting-moved",
    what: "lets payments wait on the account of their batch",
    guarantee: "G7",
    file: "src/ingest/WaitingRoom.ts",
    text: "from.moveTo(entry, [payment])",
    replacement: "void from",
    caughtBy: [
      unit(
        "test/ingest/ProcessorEarlyPayments.test.ts",
        "an early payment is matched the moment its order is stored"
      )
    ]
  },
  {
    name: "ledger-given-back-early",
    what: "leaves the publish times of orders that were given back early in the entry of the others",
    guarantee: "G7",
    file: "src/pipeline/RetryQueue.ts",
    text: "entry.keepOnly(rest)",
    replacement: "",
    caughtBy: [
      unit("test/pipeline/Pipeline.test.ts", "what is given back early leaves the others to be tried again")
    ]
  },
  {
    name: "ledger-orders-abandoned",
    what: "does not count orders as released that a stop left",
    guarantee: "G7",
    file: "src/ingest/Processor.ts",
    text: "parts.ledgers.orders.abandon()",
    replacement: "",
    caughtBy: [unit(stop, "after SHUTDOWN_TIMEOUT it ends all the same")]
  },
  {
    name: "ledger-payments-abandoned",
    what: "does not count payments as released that a stop left",
    guarantee: "G7",
    file: "src/ingest/Processor.ts",
    text: "parts.ledgers.payments.abandon()",
    replacement: "",
    caughtBy: [unit(stop, "after SHUTDOWN_TIMEOUT it ends all the same")]
  }
]

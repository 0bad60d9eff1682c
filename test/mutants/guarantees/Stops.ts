/** Stops that lose what was under way, or take too long; and a schema that is not what it says (G8). */
import { integration, type Mutant, scenario, simulation, unit } from "../Mutant.ts"

const closing = "test/pubsub/google/Close.test.ts"
const ending = "test/cli/ProcessExit.test.ts"
const plan = "test/cassandra/internal/MigrationPlan.test.ts"
const repair = "test/cassandra/MigratorRepair.integration.test.ts"
const stop = "test/ingest/ProcessorStop.test.ts"

/** Mutants of G8, and of the migrations. */
export const ofStops: ReadonlyArray<Mutant> = [
  {
    name: "stop-without-finishing",
    what: "interrupts what is in flight when it is stopped",
    guarantee: "G8",
    file: "src/ingest/Processor.ts",
    text: "Effect.onInterrupt(() => stopWithin)",
    replacement: "Effect.onInterrupt(() => Fiber.interrupt(fiber))",
    caughtBy: [unit(stop, "finishes what is in flight, and takes in nothing more")]
  },
  {
    name: "stop-without-end",
    what: "waits for what is in flight however long it takes",
    guarantee: "G8",
    file: "src/ingest/Processor.ts",
    text: "duration: processing.shutdownTimeout",
    replacement: 'duration: "1 hour"',
    caughtBy: [unit(stop, "after SHUTDOWN_TIMEOUT it ends all the same")]
  },
  {
    name: "guests-not-released",
    what: "leaves payments in the waiting room to their leases when it is stopped",
    guarantee: "G8",
    file: "src/ingest/WaitingRoom.ts",
    text: "yield* releaseFrom(\n        options.payments,\n        payments.map(({ decoded }) => decoded),\n        entry\n      )",
    replacement: "void releaseFrom",
    caughtBy: [unit(stop, "releases what is in backoff and what waits at once"), simulation]
  },
  {
    name: "retries-not-released",
    what: "leaves what is in backoff to its lease when it is stopped",
    guarantee: "G8",
    file: "src/pipeline/RetryQueue.ts",
    text: "yield* options.release(rest, entry)",
    replacement: "void rest",
    caughtBy: [unit(stop, "releases what is in backoff and what waits at once"), simulation]
  },
  {
    name: "refused-one-by-one",
    what: "releases what may not wait any more one after another, each when the server has answered the one before",
    guarantee: "G8",
    file: "src/pipeline/Pipeline.ts",
    text: "yield* release(refused, from)",
    replacement: "yield* Effect.forEach(refused, (one) => release([one], from), { discard: true })",
    caughtBy: [
      unit(
        "test/pipeline/PipelineStop.test.ts",
        "all of a batch that may not wait any more is released at once"
      )
    ]
  },
  {
    name: "acks-lost-at-close",
    what: "closes over acknowledgements that are under way",
    guarantee: "G8",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "yield* ackQueue.flush(Duration.millis(deadline - monotonicMillis(clock)))",
    replacement: "void Duration.millis(deadline)",
    caughtBy: [unit(closing, "acknowledgements under way are finished, and the rest is released at once")]
  },
  {
    name: "rest-not-released-at-close",
    what: "leaves what it holds to its leases when it closes",
    guarantee: "G8",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "ackQueue.giveBack([...heldDeliveries])",
    replacement: "",
    caughtBy: [unit(closing, "acknowledgements under way are finished, and the rest is released at once")]
  },
  {
    name: "late-deliveries-kept",
    what: "keeps what arrives after it was stopped",
    guarantee: "G8",
    file: "src/pubsub/google/GoogleSubscriber.ts",
    text: "if (ending !== undefined) ackQueue.giveBack(held)",
    replacement: "if (ending !== undefined) void held",
    caughtBy: [unit(closing, "after stop, what still arrives is released and not handed over")]
  },
  {
    name: "signal-ends-at-once",
    what: "exits at the first signal, without stopping",
    guarantee: "G8",
    file: "src/cli/ProcessExit.ts",
    text: "if (isStopping) process.exit(",
    replacement: "if (isStopping || !isStopping) process.exit(",
    caughtBy: [
      unit(ending, "is a clean stop: exit 0"),
      scenario("joining-and-leaving"),
      scenario("rolling-upgrade")
    ]
  },
  {
    name: "second-signal-ignored",
    what: "cannot be hurried by a second signal",
    guarantee: "G8",
    file: "src/cli/ProcessExit.ts",
    text: "if (isStopping) process.exit(",
    replacement: "if (isStopping && !isStopping) process.exit(",
    caughtBy: [unit(ending, "exits at once with 128")]
  },
  {
    name: "names-compared-as-given",
    what: "takes a subscription for two where it is named once in short and once in full",
    guarantee: undefined,
    file: "src/config/NameClashes.ts",
    text: "const meant = inFull(name, projectId)",
    replacement: "const meant = name + inFull(name, projectId)",
    caughtBy: [
      unit("test/config/Problems.test.ts", "one subscription, once in short and once in full"),
      unit("test/config/NameClashes.test.ts", "in short and in full are the same where the project is")
    ]
  },
  {
    name: "names-not-judged-again",
    what: "does not compare names again when the credentials have told the project",
    guarantee: undefined,
    file: "src/App.ts",
    text: "refuseClashes(settings, projectId)",
    replacement: 'refuseClashes(settings, "" + projectId.slice(0, 0))',
    caughtBy: [unit("test/config/NameClashes.test.ts", "end the start of every command that uses Pub/Sub")]
  },
  {
    name: "changed-migration-accepted",
    what: "takes a migration that was changed after it was applied for the one that was",
    guarantee: undefined,
    file: "src/cassandra/internal/MigrationPlan.ts",
    text: "if (known.checksum !== checksum)",
    replacement: "if (known.checksum.length !== checksum.length)",
    caughtBy: [
      unit(plan, "refuses a migration that was changed after it was applied, dropped or not"),
      integration(
        "test/cassandra/Migrator.integration.test.ts",
        "refuses a migration that was changed after it was applied, and changes nothing"
      )
    ]
  },
  {
    name: "record-believed",
    what: "takes a table for there because its migration was applied once",
    guarantee: undefined,
    file: "src/cassandra/internal/MigrationPlan.ts",
    text: "if (this.#tables.has(change.table))",
    replacement: "if (!isNew || this.#tables.has(change.table))",
    caughtBy: [
      unit(plan, "makes a dropped table again with all that later migrations did to it"),
      integration(repair, "makes a dropped table again, with what later migrations added to it")
    ]
  },
  {
    name: "later-columns-forgotten",
    what: "makes a dropped table again without the columns that later migrations added",
    guarantee: undefined,
    file: "src/cassandra/internal/MigrationPlan.ts",
    text: "const missing = columns.filter(({ name }) => present?.columns.has(name) !== true)",
    replacement:
      "const missing = this.#created.has(table) ? [] : columns.filter(({ name }) => present?.columns.has(name) !== true)",
    caughtBy: [
      unit(plan, "makes a dropped table again with all that later migrations did to it"),
      integration(repair, "makes a dropped table again, with what later migrations added to it")
    ]
  },
  {
    name: "misfit-table-accepted",
    what: "says that all is well with a table whose types are others",
    guarantee: undefined,
    file: "src/cassandra/internal/MigrationPlan.ts",
    text: "if (schema.misfits.length > 0)",
    replacement: "if (schema.misfits.length < 0)",
    caughtBy: [
      unit(plan, "refuses a table with"),
      integration(repair, "a fact table of another type, or with another key, is refused by name")
    ]
  }
]

/** What `setup` does. */
import { Console, Effect } from "effect"
import { googlePubSub } from "../../App.ts"
import * as Migrator from "../../cassandra/Migrator.ts"
import type { PubSubSettings, TableSettings } from "../../config/Settings.ts"
import { migrationFolder } from "../../facts/MigrationFolder.ts"
import { readReplicationNote } from "./KeyspaceReplication.ts"
import { indexPayments, paymentIndexOfEither, previewPaymentIndex } from "./PaymentIndexSetup.ts"
import { createPubSub, previewPubSub, subscriptionPlans, wholePlan } from "./PubSubSetup.ts"
import { connectedTo } from "./ServerTimeout.ts"

/** What somebody asked for, and did not leave to a default. */
export interface Asked {
  readonly replication: boolean
  /** The index on payments, too. */
  readonly indexPayments: boolean
}

/** Creates topics and subscriptions. **Errors**: `PubSubError`; `SubscriptionTaken`; `ServerSilent`. */
export const setUpPubSub = (settings: PubSubSettings) =>
  createPubSub(subscriptionPlans(settings), (line) => Console.log(line)).pipe(
    connectedTo("Pub/Sub", googlePubSub(settings))
  )

/**
 * Creates keyspace and tables, and what was dropped of them.
 *
 * **Errors**: `CassandraError`; `MigrationRefused`.
 */
export const setUpCassandra = (settings: TableSettings, asked: Asked) =>
  Effect.gen(function* () {
    const { keyspaceCreated, migrations, repairs } = yield* Migrator.apply(
      settings,
      migratorOptions(settings)
    )
    const note = keyspaceCreated ? undefined : yield* noteFor(settings, asked)
    yield* printLines([
      `${keyspaceCreated ? "created" : "exists "}  keyspace ${settings.keyspace}`,
      ...(note === undefined ? [] : [note]),
      ...migrations.map((name) => `applied  ${name}`),
      ...repairs.map(repairLine),
      ...(migrations.length + repairs.length === 0 ? ["exists   tables, all migrations applied"] : []),
      ...(asked.indexPayments ? [yield* indexPayments(settings)] : [])
    ])
  })

const repairLine = ({ kind, name }: Migrator.Repair): string =>
  kind === "column"
    ? `added    column ${name} (was missing; if it was dropped, what was published before that stays null)`
    : `created again  ${kind} ${name} (was dropped)`

/** Prints the gcloud commands that would do the same; where Pub/Sub does not answer, all. **Errors**: `SubscriptionTaken`. */
export const printPubSub = (settings: PubSubSettings) =>
  previewPubSub(settings).pipe(
    connectedTo("Pub/Sub", googlePubSub(settings)),
    // Without credentials or a project there is nobody to ask.
    Effect.catchTag(["PubSubError", "ServerSilent"], ({ message }) =>
      Effect.succeed(wholePlan(settings, message))
    ),
    Effect.flatMap(printLines)
  )

/**
 * Prints the CQL that would do the same on this cluster; where none answers, the CQL for an empty one.
 * **Errors**: as {@link setUpCassandra}.
 */
export const printCassandra = (settings: TableSettings, asked: Asked) =>
  Effect.gen(function* () {
    const tables = yield* Migrator.preview(settings, migratorOptions(settings))
    const statements = [...tables, ...(asked.indexPayments ? yield* previewPaymentIndex(settings) : [])]
    const note = yield* noteFor(settings, asked)
    const nothing = `-- nothing to do: keyspace ${settings.keyspace} has its tables, and all migrations are applied`
    yield* printLines([
      ...(note === undefined ? [] : [`-- ${note}`]),
      ...(statements.length === 0 ? [nothing] : asCql(statements))
    ])
  }).pipe(
    Effect.catchIf(
      (error) => error._tag === "CassandraError" && error.isRetryable,
      ({ message }) =>
        Effect.flatMap(Migrator.plan(settings, migratorOptions(settings)), (statements) =>
          printLines([
            `-- for a cluster that holds nothing yet (${message})`,
            ...asCql(statements),
            ...(asked.indexPayments ? paymentIndexOfEither(settings) : [])
          ])
        )
    )
  )

/** What was done stands, and is told, also where the note cannot be had. */
const noteFor = (settings: TableSettings, asked: Asked) =>
  asked.replication ? Effect.orElseSucceed(readReplicationNote(settings), () => undefined) : Effect.undefined

const migratorOptions = ({ replication }: TableSettings): Migrator.MigratorOptions => ({
  folder: migrationFolder,
  replication
})

const asCql = (statements: ReadonlyArray<string>) => statements.map((statement) => `${statement};`)

const printLines = (lines: ReadonlyArray<string>) => Console.log(lines.join("\n"))

/** What `setup` does. */
import { Console, Effect } from "effect"
import { googlePubSub } from "../../App.ts"
import type { CassandraSettings } from "../../cassandra/CassandraSettings.ts"
import * as Migrator from "../../cassandra/Migrator.ts"
import type { PubSubSettings } from "../../config/Settings.ts"
import { createPubSub, gcloudCommands, subscriptionPlans } from "./PubSubSetup.ts"
import { connectedTo } from "./ServerTimeout.ts"

/** Creates topics and subscriptions. **Errors**: `PubSubError`; `SubscriptionTaken`; `ServerSilent`. */
export const setUpPubSub = (settings: PubSubSettings) =>
  createPubSub(subscriptionPlans(settings), (line) => Console.log(line)).pipe(
    connectedTo("Pub/Sub", googlePubSub(settings))
  )

/** Creates keyspace and tables. **Errors**: `CassandraError`; `MigrationRefused`. */
export const setUpCassandra = (settings: CassandraSettings) =>
  Effect.gen(function* () {
    const { keyspaceCreated, migrations } = yield* Migrator.apply(settings)
    yield* printLines([
      `${keyspaceCreated ? "created" : "exists "}  keyspace ${settings.keyspace}`,
      ...migrations.map((name) => `applied  ${name}`),
      ...(migrations.length === 0 ? ["exists   tables, all migrations applied"] : [])
    ])
  })

/** Prints the gcloud commands that would do the same. */
export const printPubSub = (settings: PubSubSettings) => printLines(gcloudCommands(settings))

/** Prints the CQL that would do the same. */
export const printCassandra = (settings: CassandraSettings) =>
  Effect.flatMap(Migrator.plan(settings), (statements) =>
    printLines(statements.map((statement) => `${statement};`))
  )

const printLines = (lines: ReadonlyArray<string>) => Console.log(lines.join("\n"))

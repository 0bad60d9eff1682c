/** A Cassandra that refuses every write for a while: outages, of which nothing becomes a dead letter (G4). */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { passAll, type Refusal, type Rule } from "../CqlProxy.ts"
import { untilHealthSays, untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext, ScenarioError } from "../Scenario.ts"
import { forAtLeast, type Signs } from "../Signs.ts"

/** Longer than it takes to find that a row is refused for itself. **Units**: seconds. */
const refusedSeconds = 50

/** Where the row of the process is refused too, its streams are closed soon, and the table is asked for nothing more. */
const refusal =
  /"facts":\{"state":"(unavailable|degraded)"|"orders":\{"state":"unavailable","reason":"[^"]+","remedy":"/

/** Nothing is stored, or nothing is received any more since the row of the process is refused too. */
const refusedEverywhere: Signs = {
  sentence: /has not answered|has not worked|with trouble|No orders have come/,
  alert: /^Counterfoil(FactsUnavailable|PubSubUnavailable|Degraded)$/
}

interface Refused extends Pick<Scenario, "name" | "fault" | "signs"> {
  readonly nodes: NonNullable<Scenario["nodes"]>
  readonly refuse: (context: ScenarioContext) => Effect.Effect<void, ScenarioError>
  readonly allow: (context: ScenarioContext) => Effect.Effect<void, ScenarioError>
  /** What health says of it; left out: that the table does not take what it should. */
  readonly said?: RegExp
  readonly loadSeconds?: number
}

/** A third into the load every write is refused, and then none. */
const refusedAll = ({
  allow,
  loadSeconds = 30,
  refuse,
  said = refusal,
  ...described
}: Refused): Scenario => ({
  ...described,
  loadSeconds,
  unmatchedWithinSeconds: 120,
  run: (context) =>
    Effect.gen(function* () {
      const { processors, observer, untilPublished, expect, lookForSigns } = context
      const processor = yield* processors.start()
      yield* untilReady(processor)
      yield* untilPublished(0.3)
      yield* refuse(context)
      yield* untilHealthSays(processor, said)
      yield* forAtLeast(refusedSeconds, lookForSigns())
      yield* allow(context)
      yield* untilReady(processor)
      yield* Effect.promise(() => observer.judgeNow())
      const refused = observer.deadLetters.filter(
        ({ attributes }) => attributes["dlq-reason"] === "store-rejected"
      )
      yield* expect(refused.length === 0, `${refused.length} dead letters of an outage`)
    })
})

const statement = (cql: (context: ScenarioContext) => string) => (context: ScenarioContext) =>
  Effect.asVoid(Effect.promise(() => context.deployment.table.execute(cql(context))))

const ttlTo = (seconds: number) =>
  statement(() => `ALTER TABLE KEYSPACE.orders_payments_facts WITH default_time_to_live = ${seconds}`)

const copiesTo = (copies: number) =>
  statement(
    ({ deployment: { table } }) =>
      `ALTER KEYSPACE ${table.keyspace} WITH replication = {'class':'SimpleStrategy','replication_factor':${copies}}`
  )

/** Starts the node again with another limit on how full its disk may be; -1: none. */
const diskLimitTo =
  (percent: number) =>
  ({ cassandra: { node } }: ScenarioContext) =>
    Effect.gen(function* () {
      const file = join(node.dataFolder, "cassandra.yaml")
      const others = readFileSync(file, "utf8").replaceAll(/^data_disk_usage_.*\n/gm, "")
      // What counts is the share of a disk that the node's own data take: of a real one, they take next to nothing.
      const limits = `data_disk_usage_percentage_fail_threshold: ${percent}\ndata_disk_usage_max_disk_size: 10MiB\n`
      writeFileSync(file, percent < 0 ? others : `${others}${limits}`)
      yield* node.stop
      yield* node.start
    })

/** 20 years: with it a write of today would expire when its time no longer fits. **Units**: seconds. */
const ttlTooLarge = 630_720_000

const badNode: Scenario = {
  name: "one-node-fails-writes",
  fault: "one of three nodes answers with 0x0000, then 0x1500",
  proxied: ["node-statements"],
  nodes: "three",
  // Doctor writes no row.
  signs: { sentence: /^It works, with trouble: /, alert: /^CounterfoilDegraded$/ },
  // Of which each way to refuse lasts for a third, and begins while there is enough to come.
  loadSeconds: 130,
  settleWithinSeconds: 300,
  unmatchedWithinSeconds: 120,
  run: ({ processors, nodeStatements, untilPublished, expect, lookForSigns }) =>
    Effect.gen(function* () {
      const processor = yield* processors.start()
      yield* untilReady(processor)
      const [, bad] = nodeStatements
      if (bad === undefined) return
      for (const [share, how] of [
        [0.1, "server-error"],
        [0.6, "write-failed"]
      ] as const) {
        yield* untilPublished(share)
        yield* bad.set(refuseWrites(how))
        yield* forAtLeast(45, how === "server-error" ? lookForSigns() : Effect.void)
        yield* bad.set(passAll)
        // Few: who answers so is asked seldom from then on.
        yield* expect(bad.refused(how) > 2, `only ${bad.refused(how)} writes were ${how}`)
      }
      yield* untilReady(processor)
    })
}

const refuseWrites =
  (how: Refusal): Rule =>
  ({ query }) =>
    query.startsWith("SELECT") ? undefined : how

/** Outages that answer. */
export const writesRefused: ReadonlyArray<Scenario> = [
  refusedAll({
    name: "ttl-too-large",
    fault: "a default TTL that no write can have",
    signs: { ...refusedEverywhere, doctor: "CF-204" },
    nodes: "one",
    refuse: ttlTo(ttlTooLarge),
    allow: ttlTo(0)
  }),
  refusedAll({
    name: "copies-missing",
    fault: "more copies asked for than nodes",
    signs: { ...refusedEverywhere, doctor: "CF-206" },
    nodes: "one",
    refuse: copiesTo(3),
    allow: copiesTo(1)
  }),
  refusedAll({
    name: "modify-revoked",
    fault: "the right to write revoked",
    signs: { ...refusedEverywhere, doctor: "CF-302" },
    nodes: { guards: {} },
    refuse: statement(
      ({ deployment: { table }, role }) => `REVOKE MODIFY ON KEYSPACE ${table.keyspace} FROM ${role}`
    ),
    allow: statement(
      ({ deployment: { table }, role }) => `GRANT MODIFY ON KEYSPACE ${table.keyspace} TO ${role}`
    )
  }),
  refusedAll({
    name: "disk-full",
    fault: "the disk fuller than a guardrail allows",
    // Doctor writes no row, and the servers tell nobody how full they are.
    signs: refusedEverywhere,
    nodes: { guards: {}, jvmArgs: ["-Dcassandra.disk_usage.monitor_interval_ms=1000"] },
    refuse: diskLimitTo(1),
    allow: diskLimitTo(-1),
    said: /"state":"(unavailable|degraded)","reason":"[^"]*disk/i,
    // Longer than the node takes to start again: what is written after that is what has to be refused.
    loadSeconds: 120
  }),
  badNode
]

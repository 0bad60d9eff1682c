/** What an integration test knows of the real servers, and how it is left out, aloud, where there are none. */
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"
import { describe, inject } from "vitest"
import type { CassandraPlace, PubSubPlace } from "./RunningServices.ts"

/** A server of this run, or why there is none. */
export type Service<Place> =
  | { readonly _tag: "Present"; readonly place: Place }
  | { readonly _tag: "Absent"; readonly reason: string }

/** The real servers of this run. */
export interface ServicesOfThisRun {
  readonly cassandra: Service<CassandraPlace>
  readonly pubsub: Service<PubSubPlace>
  readonly pstest: Service<PubSubPlace>
}

declare module "vitest" {
  interface ProvidedContext {
    /** Holds the run's {@link ServicesOfThisRun} as JSON, once they are started. */
    readonly servicesFile?: string
  }
}

const absent = {
  _tag: "Absent",
  reason: "only files named *.integration.test.ts, *.long.test.ts and *.proof.test.ts get servers"
} as const
const none: ServicesOfThisRun = { cassandra: absent, pubsub: absent, pstest: absent }

/** The first run on a machine downloads Cassandra and builds pstest. **Units**: milliseconds. */
const startTimeoutMillis = 600_000

/** What `globalSetup.ts` writes once the servers are there, or are known to be missing. */
const awaited = async (file: string): Promise<ServicesOfThisRun> => {
  const giveUpAt = performance.now() + startTimeoutMillis
  while (!existsSync(file)) {
    if (performance.now() > giveUpAt) throw new Error("the test servers neither started nor failed")
    await setTimeout(50)
  }
  const found: ServicesOfThisRun = JSON.parse(readFileSync(file, "utf8"))
  const missing = Object.entries(found).flatMap(([name, service]) =>
    service._tag === "Absent" ? [`${name}: ${service.reason}`] : []
  )
  if (missing.length > 0 && process.env["REQUIRE_SERVICES"] === "1") {
    throw new Error(`REQUIRE_SERVICES=1, and missing are\n${missing.join("\n")}`)
  }
  return found
}

const servicesFile = inject("servicesFile")
const services: ServicesOfThisRun = servicesFile === undefined ? none : await awaited(servicesFile)

const placeOf = <Place>(service: Service<Place>): Place | undefined =>
  service._tag === "Present" ? service.place : undefined

/** `host:port,…` of the run's Cassandra, as CASSANDRA_CONTACT_POINTS takes it; absent: there is none. */
export const cassandraAddress: string | undefined = placeOf(services.cassandra)?.CASSANDRA_CONTACT_POINTS

/** The data centre of {@link cassandraAddress}. */
export const cassandraDataCenter: string =
  placeOf(services.cassandra)?.CASSANDRA_LOCAL_DATACENTER ?? "datacenter1"

/** `host:port` of the run's Pub/Sub server; absent: there is none. */
export const emulatorHost: string | undefined = placeOf(services.pubsub)?.PUBSUB_EMULATOR_HOST

/** `host:port` of Go's in-memory Pub/Sub, a second server for contracts; absent: there is none. */
export const psTestHost: string | undefined = placeOf(services.pstest)?.PUBSUB_EMULATOR_HOST

/** The project that topics and subscriptions of tests are made in. */
export const projectId: string = placeOf(services.pubsub)?.PUBSUB_PROJECT_ID ?? "counterfoil-test"

/** The servers' settings as environment variables, for a process that a test starts. */
export const serviceEnvironment: Readonly<Record<string, string>> = {
  ...placeOf(services.cassandra),
  ...placeOf(services.pubsub)
}

/**
 * `describe` for tests that need these servers.
 *
 * Where one is missing they are skipped, and a line on stderr says why:
 * `describeWith("cassandra", "pubsub")("Pipeline on the real servers", () => { … })`
 */
export const describeWith = (...needed: ReadonlyArray<keyof ServicesOfThisRun>) => {
  const reasons = needed.flatMap((name) => {
    const service = services[name]
    return service._tag === "Absent" ? [`${name}: ${service.reason}`] : []
  })
  if (reasons.length > 0) process.stderr.write(`SKIPPED: ${reasons.join("; ")}\n`)
  return describe.skipIf(reasons.length > 0)
}

/** A name nobody else uses, legal as a keyspace, a topic and a subscription: `prefix_` and 8 hex digits. */
export const uniqueName = (prefix: string): string => `${prefix}_${randomBytes(4).toString("hex")}`

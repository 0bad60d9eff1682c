/** Runs the real Apache Cassandra, the one Maven Central has, for tests and for people without Docker. */
import { execFile } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, type Scope } from "effect"
import { cacheFolder, serverLog } from "./Cache.ts"
import { probeCql } from "./CqlProbe.ts"
import { cassandraYaml, javaModuleFlags, logbackXml, type YamlValue } from "./cassandra/Configuration.ts"
import { findJava } from "./Java.ts"
import { freePorts } from "./Ports.ts"
import { onPath } from "./Programs.ts"
import { ServerError, type ServerProcess, serverProcess } from "./ServerProcess.ts"

/** What may differ from one node of 1 GiB on free ports of 127.0.0.1, with Cassandra's own defaults. */
export interface CassandraOptions {
  /** The address it listens on; nodes of one cluster each need one of their own. */
  readonly host?: string
  readonly port?: number
  readonly storagePort?: number
  /** `host:storagePort` of the nodes it joins; itself, if absent. */
  readonly seeds?: ReadonlyArray<string>
  /** Kept at the end when given; else a temporary folder that is removed. */
  readonly dataFolder?: string
  /** As Java writes it: `1g`, `768m`. */
  readonly heap?: string
  /** Further lines of cassandra.yaml, or other values for ours. */
  readonly yaml?: Readonly<Record<string, YamlValue>>
  readonly jvmArgs?: ReadonlyArray<string>
}

/** A Cassandra that answers. With `PasswordAuthenticator` its superuser is cassandra, password cassandra. */
export interface CassandraServer extends ServerProcess {
  readonly host: string
  readonly port: number
  /** `host:port`, as CASSANDRA_CONTACT_POINTS takes it. */
  readonly address: string
  readonly localDataCenter: string
  readonly dataFolder: string
}

/** The name SimpleSnitch gives its only data centre. */
export const localDataCenter = "datacenter1"

/**
 * Starts a Cassandra and waits until it answers CQL; it ends, and its data goes, with the scope.
 *
 * The first use on a machine downloads 66 MB with Maven into `.cache/`.
 *
 * **Errors**: `ServerError` naming what is missing (Java 17, Maven), or with the end of its log.
 */
export const cassandraServer = Effect.fnUntraced(function* (
  options: CassandraOptions = {}
): Effect.fn.Return<CassandraServer, ServerError, Scope.Scope> {
  const java = yield* findJava(serverName, (major) => major === 17, "17")
  const jars = yield* cassandraJars
  const host = options.host ?? "127.0.0.1"
  const [first = 0, second = 0] = yield* freePorts(2, host)
  const port = options.port ?? first
  const storagePort = options.storagePort ?? second
  const dataFolder = options.dataFolder ?? (yield* temporaryFolder)
  const file = (name: string, content: string): string => {
    const path = join(dataFolder, name)
    writeFileSync(path, content)
    return path
  }
  mkdirSync(dataFolder, { recursive: true })
  const yaml = cassandraYaml({ host, port, storagePort, dataFolder, seeds: options.seeds }, options.yaml)
  const heap = options.heap ?? "1g"
  const process = yield* serverProcess({
    name: serverName,
    command: java,
    args: [
      ...[`-Xms${heap}`, `-Xmx${heap}`, "-XX:+UseG1GC", ...javaModuleFlags],
      `-Dcassandra.config=file://${file("cassandra.yaml", yaml)}`,
      `-Dcassandra.storagedir=${dataFolder}`,
      `-Dlogback.configurationFile=${file("logback.xml", logbackXml)}`,
      ...(options.seeds === undefined ? oneNode : oneOfSeveral),
      ...(options.jvmArgs ?? []),
      ...["-cp", join(jars, "*"), "org.apache.cassandra.service.CassandraDaemon"]
    ],
    host,
    port,
    logFile: serverLog("cassandra", host, port),
    probe: probeCql({
      host,
      port,
      tls: options.yaml?.["client_encryption_options"] !== undefined,
      credentials: { username: "cassandra", password: "cassandra" }
    }),
    startWithin: "150 seconds"
  })
  return { ...process, host, port, address: `${host}:${port}`, localDataCenter, dataFolder }
})

const serverName = "Apache Cassandra"

// Alone, a node has nobody to wait for.
const oneNode = [
  "-Dcassandra.initial_token=0",
  "-Dcassandra.ring_delay_ms=100",
  "-Dcassandra.skip_wait_for_gossip_to_settle=0",
  "-Dcassandra.superuser_setup_delay_ms=0"
]

const oneOfSeveral = ["-Dcassandra.ring_delay_ms=2000", "-Dcassandra.consistent.rangemovement=false"]

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-cassandra-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))
)

const pom = join(import.meta.dirname, "cassandra", "pom.xml")

/** The folder of Cassandra's jars, downloaded when it is not there. */
const cassandraJars: Effect.Effect<string, ServerError> = Effect.suspend(() => {
  const home = cacheFolder("cassandra-5.0.8")
  const jars = join(home, "lib")
  if (existsSync(jars)) return Effect.succeed(jars)
  if (onPath("mvn") === undefined) {
    const detail = "its jars are not in .cache/ yet, and Maven (mvn), which fetches them, is not installed"
    return Effect.fail(new ServerError({ server: serverName, detail }))
  }
  const target = mkdtempSync(join(home, "download-"))
  return runMaven(["-f", pom, "dependency:copy-dependencies", `-DoutputDirectory=${target}`]).pipe(
    // Renamed when whole: a download that was cut off, or a second one beside it, is never taken for the jars.
    Effect.andThen(Effect.sync(() => existsSync(jars) || renameSync(target, jars))),
    Effect.as(jars),
    Effect.ensuring(Effect.sync(() => rmSync(target, { recursive: true, force: true })))
  )
})

const runMaven = (args: ReadonlyArray<string>): Effect.Effect<void, ServerError> =>
  Effect.callback((resume) => {
    const child = execFile("mvn", ["-q", "-B", ...args], (error, stdout, stderr) => {
      const detail = `Maven could not fetch its jars:\n${stdout}${stderr}`.trimEnd()
      resume(error === null ? Effect.void : Effect.fail(new ServerError({ server: serverName, detail })))
    })
    return Effect.sync(() => void child.kill())
  })

/** The files and flags a Cassandra node starts with. */
import { join } from "node:path"

/** A value of cassandra.yaml; lists and maps are written as JSON, which YAML contains. */
export type YamlValue =
  | string
  | number
  | boolean
  | ReadonlyArray<YamlValue>
  | { readonly [key: string]: YamlValue }

/** What differs between two nodes on one machine. */
export interface NodePlace {
  readonly host: string
  readonly port: number
  readonly storagePort: number
  readonly dataFolder: string
  readonly seeds: ReadonlyArray<string> | undefined
}

/** The text of cassandra.yaml: the least that boots, and `extra` on top. */
export const cassandraYaml = (place: NodePlace, extra: Readonly<Record<string, YamlValue>> = {}): string => {
  const seeds = (place.seeds ?? [`${place.host}:${place.storagePort}`]).join(",")
  const batch = extra["commitlog_sync"] === "batch"
  const settings: Record<string, YamlValue> = {
    cluster_name: "counterfoil-test",
    num_tokens: place.seeds === undefined ? 1 : 8,
    partitioner: "org.apache.cassandra.dht.Murmur3Partitioner",
    seed_provider: [
      { class_name: "org.apache.cassandra.locator.SimpleSeedProvider", parameters: [{ seeds }] }
    ],
    listen_address: place.host,
    rpc_address: place.host,
    native_transport_port: place.port,
    storage_port: place.storagePort,
    endpoint_snitch: "SimpleSnitch",
    commitlog_sync: "periodic",
    // Cassandra refuses a period beside `batch`.
    ...(batch ? {} : { commitlog_sync_period: "10000ms" }),
    data_file_directories: [join(place.dataFolder, "data")],
    commitlog_directory: join(place.dataFolder, "commitlog"),
    saved_caches_directory: join(place.dataFolder, "saved_caches"),
    hints_directory: join(place.dataFolder, "hints"),
    cdc_raw_directory: join(place.dataFolder, "cdc_raw"),
    // A dropped test keyspace leaves no copy behind.
    auto_snapshot: false,
    ...extra
  }
  return Object.entries(settings)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join("")
}

/** Logs to the console, which is the server's log file. A comma inside `%date{…}` would break its parsing. */
export const logbackXml = `<configuration>
  <appender name="STDOUT" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level [%thread] %date %logger{20} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="STDOUT"/></root>
</configuration>
`

const exportsToAll = [
  "java.base/jdk.internal.misc",
  "java.management.rmi/com.sun.jmx.remote.internal.rmi",
  "java.rmi/sun.rmi.registry",
  "java.rmi/sun.rmi.server",
  "java.rmi/sun.rmi.transport",
  "java.rmi/sun.rmi.transport.tcp",
  "java.sql/java.sql",
  "jdk.unsupported/sun.misc",
  "java.base/java.lang.ref",
  "java.base/jdk.internal.ref",
  "java.base/sun.nio.ch",
  "jdk.attach/sun.tools.attach",
  "jdk.compiler/com.sun.tools.javac.file"
]

const opensToAll = [
  "java.base/java.lang.module",
  "java.base/jdk.internal.loader",
  "java.base/jdk.internal.ref",
  "java.base/jdk.internal.reflect",
  "java.base/jdk.internal.math",
  "java.base/jdk.internal.module",
  "java.base/jdk.internal.util.jar",
  "java.base/sun.nio.ch",
  "java.base/java.io",
  "java.base/java.lang",
  "java.base/java.lang.reflect",
  "java.base/java.util",
  "java.base/java.util.concurrent",
  "java.base/java.util.concurrent.atomic",
  "java.base/java.nio",
  "java.base/java.net",
  "jdk.management/com.sun.management.internal"
]

/** What Cassandra 5.0 itself passes on Java 17, where reflection into the JDK must be allowed package by package. */
export const javaModuleFlags: ReadonlyArray<string> = [
  "-Djdk.attach.allowAttachSelf=true",
  ...exportsToAll.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...opensToAll.map((name) => `--add-opens=${name}=ALL-UNNAMED`)
]

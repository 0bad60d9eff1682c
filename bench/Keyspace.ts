/** The benchmark's keyspaces, made as users make theirs. */
import { execFileSync } from "node:child_process"
import { Client } from "cassandra-driver"
import { binOf } from "./Folders.ts"

/** Creates keyspace and table with `counterfoil setup` of the Counterfoil in this folder, as these variables say. */
export const setUpKeyspace = (environment: Readonly<Record<string, string>>, folder: string): void => {
  execFileSync(process.execPath, [binOf(folder), "setup", "cassandra"], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: ["ignore", "ignore", "inherit"]
  })
}

/** Drops a keyspace of the benchmark, where it is there. */
export const dropKeyspace = async (
  environment: Readonly<Record<string, string>>,
  keyspace: string
): Promise<void> => {
  const client = new Client({
    contactPoints: (environment["CASSANDRA_CONTACT_POINTS"] ?? "").split(","),
    localDataCenter: environment["CASSANDRA_LOCAL_DATACENTER"] ?? "",
    socketOptions: { readTimeout: 60_000 }
  })
  await client.connect()
  await client.execute(`DROP KEYSPACE IF EXISTS ${keyspace}`)
  await client.shutdown()
}

/** The benchmark's keyspaces, made as users make theirs. */
import { execFileSync } from "node:child_process"
import { join } from "node:path"

/** Creates keyspace and table with `counterfoil setup`, where these variables say. */
export const setUpKeyspace = (environment: Readonly<Record<string, string>>): void => {
  execFileSync(process.execPath, [bin, "setup", "cassandra"], {
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: ["ignore", "ignore", "inherit"]
  })
}

const bin = join(import.meta.dirname, "..", "bin", "counterfoil.js")

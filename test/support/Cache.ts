/** Where the test servers' programs and logs are kept: `.cache/` in the repository, which git ignores. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"

/** The absolute path of a folder below `.cache/`, created if it is not there. */
export const cacheFolder = (...names: ReadonlyArray<string>): string => {
  const folder = join(import.meta.dirname, "..", "..", ".cache", ...names)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The log file of a server that listens on `port`; kept after its end. */
export const serverLog = (server: string, host: string, port: number): string =>
  join(cacheFolder("logs"), `${server}-${host}-${port}.log`)

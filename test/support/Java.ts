/** Finds a Java that the servers run on. */
import { spawnSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { Effect } from "effect"
import { ServerError } from "./ServerProcess.ts"

/**
 * The path of a `java` whose major version is `accepts`.
 *
 * Looks at `JAVA_HOME`, then where distributions put JDKs, then at `java` on the PATH.
 *
 * **Errors**: `ServerError` that names what was looked at.
 */
export const findJava = (
  server: string,
  accepts: (major: number) => boolean,
  wanted: string
): Effect.Effect<string, ServerError> =>
  Effect.suspend(() => {
    const seen: Array<string> = []
    for (const java of candidates()) {
      const major = majorVersion(java)
      if (major !== undefined && accepts(major)) return Effect.succeed(java)
      seen.push(`${java} (${major ?? "does not run"})`)
    }
    const detail = `needs Java ${wanted}; found ${seen.join(", ") || "none"}. Install it, or set JAVA_HOME.`
    return Effect.fail(new ServerError({ server, detail }))
  })

const candidates = (): ReadonlyArray<string> => {
  const home = process.env["JAVA_HOME"]
  const homes = ["/usr/lib/jvm", "/Library/Java/JavaVirtualMachines"].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
  )
  const inHomes = homes
    .flatMap((folder) => [join(folder, "bin/java"), join(folder, "Contents/Home/bin/java")])
    .filter((path) => existsSync(path))
  return [...(home === undefined ? [] : [join(home, "bin/java")]), ...inHomes, "java"]
}

const majorVersion = (java: string): number | undefined => {
  // `java -version` prints to stderr: openjdk version "17.0.15" 2025-04-15
  const printed = spawnSync(java, ["-version"], { encoding: "utf8" }).stderr ?? ""
  const major = /version "(?:1\.)?(\d+)/.exec(printed)?.[1]
  return major === undefined ? undefined : Number(major)
}

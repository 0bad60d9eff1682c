/** The files that settings name: looked at before anything is started. */
import { constants } from "node:fs"
import { access, stat } from "node:fs/promises"
import { Effect } from "effect"
import type { CassandraSettings } from "../cassandra/CassandraSettings.ts"
import { type Configuration, ConfigurationError, type Wanted } from "../config/Configuration.ts"

/** Looks whether the files that these settings name can be read. **Errors**: `ConfigurationError`, a line for each that cannot. */
export const checkNamedFiles = ({
  settings,
  sources
}: Pick<Configuration<Wanted>, "settings" | "sources">): Effect.Effect<void, ConfigurationError> =>
  Effect.gen(function* () {
    const cassandra = settings["cassandra"] as CassandraSettings | undefined
    const files = [
      ["CASSANDRA_PASSWORD_FILE", passwordFileOf(cassandra)],
      ["CASSANDRA_TLS_CA", cassandra?.tls?.caFile],
      ["CASSANDRA_TLS_CERT", cassandra?.tls?.certFile],
      ["CASSANDRA_TLS_KEY", cassandra?.tls?.keyFile],
      ["CASSANDRA_SECURE_BUNDLE", cassandra?.secureBundle]
    ] as const
    const problems = yield* Effect.forEach(files, ([variable, path]) =>
      path === undefined
        ? Effect.succeed([])
        : Effect.map(troubleWith(path), (trouble) =>
            trouble === undefined ? [] : [`${sources.get(variable) ?? variable} is "${path}": ${trouble}`]
          )
    )
    if (problems.flat().length > 0) return yield* new ConfigurationError({ problems: problems.flat() })
  })

const passwordFileOf = (cassandra: CassandraSettings | undefined): string | undefined => {
  const credentials = cassandra?.credentials
  return credentials !== undefined && "passwordFile" in credentials ? credentials.passwordFile : undefined
}

const troubleWith = (path: string): Effect.Effect<string | undefined> =>
  Effect.promise(async () => {
    try {
      if ((await stat(path)).isDirectory()) return "a folder, not a file"
      await access(path, constants.R_OK)
      return undefined
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : undefined
      return code === "ENOENT" || code === "ENOTDIR" ? "no such file" : `it cannot be read (${code})`
    }
  })

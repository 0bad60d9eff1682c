/** Makes certificates with the JDK's own keytool, so that a test server can speak TLS. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { Effect, type Scope } from "effect"
import { findJava } from "./Java.ts"
import type { ServerError } from "./ServerProcess.ts"

/** A certificate that signs itself, for 127.0.0.1 and localhost. */
export interface Certificate {
  /** PKCS #12, with the private key. */
  readonly keystore: string
  readonly password: string
  /** The certificate alone, as PEM: who trusts it trusts the server. */
  readonly pemFile: string
  /** The same as PKCS #12, with the same password. */
  readonly truststore: string
}

/** Certificates by name, in a folder that goes with the scope. **Errors**: `ServerError`: there is no JDK. */
export const certificates = <const Name extends string>(
  ...names: ReadonlyArray<Name>
): Effect.Effect<Readonly<Record<Name, Certificate>>, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    const java = yield* findJava("keytool", (major) => major >= 11, "11 or later")
    const keytool = java.includes("/") ? join(dirname(java), "keytool") : "keytool"
    const folder = yield* temporaryFolder
    const made = names.map((name) => [name, make(keytool, join(folder, name))] as const)
    return Object.fromEntries(made) as Record<Name, Certificate>
  })

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-certificates-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

const password = "changeit"

const make = (keytool: string, path: string): Certificate => {
  const [keystore, pemFile, truststore] = [`${path}.p12`, `${path}.pem`, `${path}.trust.p12`]
  const store = ["-keystore", keystore, "-storepass", password, "-alias", "node"]
  const run = (...args: ReadonlyArray<string>) => execFileSync(keytool, [...args], { stdio: "pipe" })
  const subject = ["-dname", "CN=localhost", "-ext", "SAN=dns:localhost,ip:127.0.0.1", "-validity", "2"]
  run("-genkeypair", "-keyalg", "RSA", "-keysize", "2048", "-storetype", "PKCS12", ...store, ...subject)
  run("-exportcert", "-rfc", "-file", pemFile, ...store)
  const trusted = ["-keystore", truststore, "-storepass", password, "-alias", "node", "-storetype", "PKCS12"]
  run("-importcert", "-noprompt", "-file", pemFile, ...trusted)
  return { keystore, password, pemFile, truststore }
}

/** A file with a certificate's private key, as PEM without a passphrase, beside it. Needs `openssl`. */
export const keyFileOf = ({ keystore, password }: Certificate): string => {
  const keyFile = `${keystore}.key`
  const from = ["pkcs12", "-in", keystore, "-passin", `pass:${password}`]
  execFileSync("openssl", [...from, "-nocerts", "-nodes", "-out", keyFile], { stdio: "pipe" })
  return keyFile
}

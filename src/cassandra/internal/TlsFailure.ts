/** What a failure to connect means, given whether and how TLS was spoken. */
import { Effect } from "effect"
import { CassandraError, ClientCertificateRefused, type TlsFailed, TlsRequired } from "../CassandraError.ts"
import type { CassandraSettings } from "../CassandraSettings.ts"
import { asDriverError } from "./DriverError.ts"
import { wantsTls } from "./TlsProbe.ts"

/** Fails with the error, or with what it means: see {@link TlsRequired} and {@link ClientCertificateRefused}. */
export const explained = (
  settings: CassandraSettings,
  error: CassandraError
): Effect.Effect<never, CassandraError> => {
  const { reason } = error
  const isPlain = settings.tls === undefined && settings.secureBundle === undefined
  if (isPlain && reason._tag === "Unreachable") return explainedSilence(settings, error)
  return Effect.fail(
    settings.tls?.certFile !== undefined && reason._tag === "TlsFailed" && isVagueAlert(reason)
      ? new CassandraError({
          operation: "connect",
          reason: new ClientCertificateRefused({
            detail: `the server wants a client certificate that it trusts, and got another, as it seems (${reason.detail})`,
            cause: reason.cause
          })
        })
      : error
  )
}

/** A server that speaks TLS only hangs up on who does not, which looks as if nobody was there. */
const explainedSilence = (
  { contactPoints }: CassandraSettings,
  error: CassandraError
): Effect.Effect<never, CassandraError> =>
  Effect.flatMap(wantsTls(contactPoints), (isTlsOnly) => {
    if (!isTlsOnly) return Effect.fail(error)
    const detail = `${contactPoints.join(", ")}: spoken to without TLS, and answers with TLS only`
    const reason = new TlsRequired({ detail, cause: error.reason.cause })
    return Effect.fail(new CassandraError({ operation: "connect", reason }))
  })

/**
 * What a server with Netty's OpenSSL says of a certificate that it does not trust.
 *
 * **Source**: Cassandra 5.0.8, observed.
 */
const isVagueAlert = ({ cause }: TlsFailed): boolean =>
  /^ERR_SSL_.*ALERT_(?:INTERNAL_ERROR|HANDSHAKE_FAILURE)$/.test(String(asDriverError(cause).code))

/** Where the HTTP server listens, or why it cannot. */
import { Data, Runtime } from "effect"

/** Where a server listens. */
export interface HttpAddress {
  readonly host: string
  readonly port: number
  /** `http://host:port`, to be shown to people. */
  readonly url: string
}

/**
 * Nothing can listen where the user asked.
 *
 * **Errors**: wrong configuration; the process ends with exit code 2.
 */
export class HttpAddressUnusable extends Data.TaggedError("HttpAddressUnusable")<{
  readonly host: string
  readonly port: number
  readonly cause: unknown
}> {
  override readonly [Runtime.errorExitCode] = 2

  override get message(): string {
    return `HTTP_HOST=${this.host}, HTTP_PORT=${this.port}: ${causeOf(this.cause)}`
  }
}

/** The error code Node gave, or `undefined`. */
export const codeOf = (cause: unknown): string | undefined =>
  typeof cause === "object" && cause !== null && "code" in cause && typeof cause.code === "string"
    ? cause.code
    : undefined

const causeOf = (cause: unknown): string => {
  switch (codeOf(cause)) {
    case "EADDRINUSE":
      return "the port is taken"
    case "EADDRNOTAVAIL":
      return "the address is none of this machine's"
    case "EACCES":
      return "listening there is not allowed"
    default:
      return cause instanceof Error ? cause.message : "cannot listen there"
  }
}

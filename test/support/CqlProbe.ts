/** Asks a server whether it speaks CQL, without a driver: a driver would retry, reconnect and log meanwhile. */
import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import { Data, Effect } from "effect"

/** Where to ask, and as whom. */
export interface CqlProbe {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** With them, a server that asks for a password is up only once it accepts this one. */
  readonly credentials?: { readonly username: string; readonly password: string }
  readonly certificate?: ClientCertificate
}

/** What a client shows of itself. **Shape**: PEM files. */
export interface ClientCertificate {
  readonly certFile: string
  readonly keyFile: string
}

/** The server does not speak CQL yet, or refuses. */
export class NoCqlAnswer extends Data.TaggedError("NoCqlAnswer")<{ readonly detail: string }> {}

/** Succeeds if the server completes the start of a CQL session within two seconds. */
export const probeCql = (probe: CqlProbe): Effect.Effect<void, NoCqlAnswer> =>
  Effect.callback<void, NoCqlAnswer>((resume) => {
    const { host, port, credentials } = probe
    const shown =
      probe.certificate === undefined
        ? {}
        : { cert: readFileSync(probe.certificate.certFile), key: readFileSync(probe.certificate.keyFile) }
    const socket = probe.tls
      ? connectTls({ host, port, rejectUnauthorized: false, ...shown })
      : connect({ host, port })
    const done = (failure?: string) => {
      socket.destroy()
      resume(failure === undefined ? Effect.void : Effect.fail(new NoCqlAnswer({ detail: failure })))
    }
    const onFrame = (opcode: number, body: Buffer): void => {
      const asksUs = opcode === opcodes.authenticate
      if (asksUs && credentials !== undefined) {
        socket.write(authResponse(credentials.username, credentials.password))
      } else if (asksUs || opcode === opcodes.ready || opcode === opcodes.authSuccess) done()
      else done(`refused: ${body.toString("latin1")}`)
    }
    let received = Buffer.alloc(0)
    socket.on("data", (chunk) => {
      received = Buffer.concat([received, chunk])
      while (received.length >= headerBytes) {
        const end = headerBytes + received.readUInt32BE(5)
        if (received.length < end) return
        onFrame(received.readUInt8(4), received.subarray(headerBytes, end))
        received = received.subarray(end)
      }
    })
    socket.once(probe.tls ? "secureConnect" : "connect", () => socket.write(startup))
    socket.once("error", (error) => done(error.message))
    socket.once("close", () => done("closed"))
    socket.setTimeout(2_000, () => done("silent"))
    return Effect.sync(() => socket.destroy())
  })

// Native protocol, version 4: version, flags, stream (2 bytes), opcode, length of the body (4 bytes).
const headerBytes = 9
const opcodes = { startup: 1, ready: 2, authenticate: 3, authResponse: 15, authSuccess: 16 }

const frame = (opcode: number, body: Buffer): Buffer => {
  const header = Buffer.from([4, 0, 0, 0, opcode, 0, 0, 0, 0])
  header.writeUInt32BE(body.length, 5)
  return Buffer.concat([header, body])
}

const text = (value: string): Buffer => {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(Buffer.byteLength(value))
  return Buffer.concat([length, Buffer.from(value)])
}

const startup = frame(
  opcodes.startup,
  Buffer.concat([Buffer.from([0, 1]), text("CQL_VERSION"), text("3.0.0")])
)

const authResponse = (username: string, password: string): Buffer => {
  const token = Buffer.from(`\0${username}\0${password}`)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(token.length)
  return frame(opcodes.authResponse, Buffer.concat([length, token]))
}

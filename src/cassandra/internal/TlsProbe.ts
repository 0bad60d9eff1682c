/** Finds out whether an address speaks TLS only, where a client without TLS got no answer. */
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"
import { Effect } from "effect"
import { tlsProbeMillis } from "../Limits.ts"
import { type ContactPoint, contactPointOf } from "./ContactPoint.ts"
import { isTlsCode } from "./DriverError.ts"

/** Whether one of these addresses answers a client that speaks TLS, and no other. **Shape**: `host` or `host:port`. */
export const wantsTls = (contactPoints: ReadonlyArray<string>): Effect.Effect<boolean> =>
  Effect.gen(function* () {
    for (const point of contactPoints) {
      const address = contactPointOf(point)
      if ((yield* answersPlain(address)) === "hangs up" && (yield* answersTls(address))) return true
    }
    return false
  })

/** What comes of a CQL frame that is sent as it is. A server that says nothing may only be slow. */
const answersPlain = (address: ContactPoint): Effect.Effect<"answers" | "hangs up" | "nothing"> =>
  Effect.callback((resume) => {
    const socket = connect(address)
    let isConnected = false
    const end = (found: "answers" | "hangs up" | "nothing") => {
      socket.destroy()
      resume(Effect.succeed(found))
    }
    socket.once("connect", () => {
      isConnected = true
      socket.write(optionsFrame)
    })
    // The highest bit of a CQL answer is set; an alert of TLS begins with 21.
    socket.once("data", ([first = 0]) => end(first >= 128 ? "answers" : "hangs up"))
    socket.once("error", () => end(isConnected ? "hangs up" : "nothing"))
    socket.once("close", () => end(isConnected ? "hangs up" : "nothing"))
    socket.setTimeout(tlsProbeMillis, () => end("nothing"))
    return Effect.sync(() => socket.destroy())
  })

/** Nothing is sent but a handshake, so nobody has to be trusted for it. */
const answersTls = (address: ContactPoint): Effect.Effect<boolean> =>
  Effect.callback((resume) => {
    const socket = connectTls({ ...address, rejectUnauthorized: false })
    const end = (found: boolean) => {
      socket.destroy()
      resume(Effect.succeed(found))
    }
    socket.once("secureConnect", () => end(true))
    // An alert, such as that a certificate is wanted, is TLS as well.
    socket.once("error", (error) =>
      end("code" in error && isTlsCode(error.code) && /ALERT/.test(String(error.code)))
    )
    socket.once("close", () => end(false))
    socket.setTimeout(tlsProbeMillis, () => end(false))
    return Effect.sync(() => socket.destroy())
  })

// Native protocol 4: version, flags, stream (2 bytes), OPTIONS, length of the body (4 bytes).
const optionsFrame = Buffer.from([4, 0, 0, 0, 5, 0, 0, 0, 0])

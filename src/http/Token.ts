/** Compares what a request shows with HTTP_TOKEN, in a time that says nothing of how much of it is right. */
import { createHash, timingSafeEqual } from "node:crypto"
import { Redacted } from "effect"

/** Whether this is the token. */
export const isToken = (token: Redacted.Redacted, given: string): boolean =>
  isSame(given, Redacted.value(token))

/** Whether an `Authorization` header has the token. */
export const isBearerOf = (token: Redacted.Redacted, authorization = ""): boolean =>
  isToken(token, /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "")

/** What a browser keeps in place of the token: who finds it can see the page, and does not learn the token. */
export const proofOf = (token: Redacted.Redacted): string =>
  digestOf(`the page: ${Redacted.value(token)}`).toString("hex")

/** Whether a `Cookie` header has the proof of the token. */
export const isCookieOf = (token: Redacted.Redacted, cookie = ""): boolean =>
  isSame(/(?:^|;\s*)counterfoil=([0-9a-f]+)/.exec(cookie)?.[1] ?? "", proofOf(token))

/** Equally long digests are compared, all of them. */
const isSame = (one: string, other: string): boolean => timingSafeEqual(digestOf(one), digestOf(other))

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest()

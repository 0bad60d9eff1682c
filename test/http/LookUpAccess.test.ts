import { describe, expect, it } from "@effect/vitest"
import { Redacted } from "effect"
import { type AccessHeaders, lookUpRefusal } from "../../src/http/LookUpAccess.ts"

const secret = "a-token-of-some-length"
const token = Redacted.make(secret)

const statusOf = (host: string, headers: AccessHeaders, isTokenSet: boolean): number | undefined =>
  lookUpRefusal({ host, token: isTokenSet ? token : undefined }, headers)?.status

describe("who may look messages up", () => {
  it.each([
    ["127.0.0.1", "127.0.0.1:8080", undefined],
    ["127.0.0.1", "localhost", undefined],
    ["::1", "[::1]:8080", undefined],
    ["localhost", "LOCALHOST:8080", undefined],
    ["127.0.0.1", "attacker.example:8080", 403],
    ["127.0.0.1", "127.0.0.1.attacker.example", 403],
    ["127.0.0.1", "localhost.attacker.example:8080", 403],
    ["127.0.0.1", "127.0.0.1:8080@attacker.example", 403],
    ["127.0.0.1", "", 403],
    ["127.0.0.1", undefined, 403],
    ["0.0.0.0", "127.0.0.1:8080", 403],
    ["::", "localhost", 403],
    ["10.1.2.3", "localhost", 403],
    ["127.attacker.example", "localhost", 403]
  ])("without a token: bound to %s, asked at %s: %s", (host, asked, status) => {
    expect(statusOf(host, { host: asked }, false)).toBe(status)
  })

  it.each([
    [`Bearer ${secret}`, undefined],
    [`bearer   ${secret}`, undefined],
    [`Bearer ${secret}x`, 401],
    [`Bearer ${secret.slice(0, -1)}`, 401],
    [`Bearer ${secret} x`, 401],
    [`Basic ${secret}`, 401],
    [secret, 401],
    ["Bearer ", 401],
    ["", 401],
    [undefined, 401]
  ])("with a token, wherever it is bound and asked: %s: %s", (authorization, status) => {
    for (const host of ["127.0.0.1", "0.0.0.0"])
      for (const asked of ["127.0.0.1:8080", "counterfoil-1.shop.svc:8080", undefined])
        expect(statusOf(host, { host: asked, authorization }, true)).toBe(status)
  })

  it("a refusal tells nothing of the token", () => {
    const refusal = lookUpRefusal({ host: "0.0.0.0", token }, { authorization: "Bearer wrong" })
    expect(refusal?.error).not.toContain(secret)
    expect(refusal?.error).not.toContain("wrong")
  })
})

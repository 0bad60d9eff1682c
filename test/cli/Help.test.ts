import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil } from "../support/Counterfoil.ts"

/** What a command says, on both of its outputs. */
const said = (...args: ReadonlyArray<string>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const started = yield* counterfoil(args)
      const { code } = yield* started.ended
      return { code, text: started.stdout() + started.stderr() }
    })
  )

/** The help's line about a flag or argument. */
const lineOf = (text: string, name: string): string =>
  text.split("\n").find((line) => line.trimStart().startsWith(`${name} `)) ?? ""

describe("the help of a command", () => {
  it.live("produce: the argument lists its choices; each number has its range and its default", () =>
    Effect.gen(function* () {
      const { text } = yield* said("produce", "--help")
      expect(lineOf(text, "what")).toMatch(/: orders, payments or all$/)
      expect(lineOf(text, "--count")).toMatch(/Messages of each kind/)
      expect(lineOf(text, "--count")).toMatch(/: a whole number from 0 to 1000000000 \[default: .*stopped\]$/)
      expect(lineOf(text, "--rate")).toMatch(/: a number above 0, at most 1000000 \[default: 100\]$/)
      expect(lineOf(text, "--first-id")).toMatch(/: a whole number from 1 to 999999999999999 \[default: 1\]$/)
      expect(lineOf(text, "--seed")).toMatch(/: a whole number from 0 to 4294967295 \[default: 1\]$/)
      for (const name of ["--unmatched", "--early", "--duplicates", "--poison"])
        expect(lineOf(text, name)).toMatch(/: a share from 0 to 1, or from 0% to 100% \[default: 0\]$/)
    })
  )

  it.live("demo: each number has its range and what holds without it", () =>
    Effect.gen(function* () {
      const { text } = yield* said("demo", "--help")
      for (const name of ["--orders", "--payments", "--rate", "--duration", "--seed"])
        expect(lineOf(text, name), name).toMatch(/: a .* \[default: .+\]$/)
    })
  )

  it.live("setup: the argument lists its choices, and a switch says how it is turned off", () =>
    Effect.gen(function* () {
      const { text } = yield* said("setup", "--help")
      expect(lineOf(text, "part")).toMatch(/pubsub or cassandra/)
      expect(lineOf(text, "--cassandra-tls")).toContain("--no-cassandra-tls")
    })
  )

  it.live("a missing argument is told with what it may be", () =>
    Effect.gen(function* () {
      const { code, text } = yield* said("produce")
      expect(code).toBe(2)
      expect(text).toMatch(/^counterfoil: Missing required argument: what \(.*: orders, payments or all\)\n/)
    })
  )

  it.live("facts get takes the ids that orders have", () =>
    Effect.gen(function* () {
      const { code, text } = yield* said("facts", "get", "0", "--cassandra-contact-points", "127.0.0.1:9")
      expect(code).toBe(2)
      expect(text).toContain("a whole number from 1 to 9223372036854775807")
    })
  )
})

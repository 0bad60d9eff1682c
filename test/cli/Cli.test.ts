import { describe, expect, it } from "@effect/vitest"
import { Effect } from "effect"
import { counterfoil } from "../support/Counterfoil.ts"

/** Runs a command to its end. */
const ran = (args: ReadonlyArray<string>, nodeArgs: ReadonlyArray<string> = []) =>
  Effect.scoped(
    Effect.gen(function* () {
      const started = yield* counterfoil(args, {}, { nodeArgs })
      const { code } = yield* started.ended
      return { code, out: started.stdout(), lines: started.stderr().trimEnd().split("\n") }
    })
  )

/** Runs before the program: whoever loads a vendor's client fails. */
const withoutVendors = [
  "--import",
  `data:text/javascript,${encodeURIComponent(`
    import { registerHooks } from "node:module"
    registerHooks({ resolve(specifier, context, next) {
      if (/^(@google-cloud|@grpc|google-gax|cassandra-driver|node:sqlite)/.test(specifier)) {
        throw new Error("vendor module: " + specifier)
      }
      return next(specifier, context)
    } })`)}`
]

const oldNode = [
  "--import",
  'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"20.20.2"}})'
]

describe("the command line", () => {
  it.live("--help tells of every command, and loads no vendor's client", () =>
    Effect.gen(function* () {
      const { code, out } = yield* ran(["--help"], withoutVendors)
      expect(code).toBe(0)
      for (const name of ["demo", "setup", "run", "produce", "facts", "where", "dlq"])
        expect(out).toMatch(new RegExp(`^ +${name} `, "m"))
    })
  )

  it.live("the check for vendors' clients can fail: a command that uses one meets it", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(
        ["facts", "count", "--cassandra-contact-points", "127.0.0.1:9"],
        withoutVendors
      )
      expect(code).toBe(1)
      expect(lines.join("\n")).toContain("vendor module: cassandra-driver")
    })
  )

  it.live.each(["text", "path", "reason", "order-id", "payment-id", "since"])(
    "[G1] a discard takes no empty --%s for a filter: every dead letter would be meant",
    (flag) =>
      Effect.gen(function* () {
        const args = ["dlq", "discard", "--yes", "--no-export", "--project", "p"]
        for (const empty of ["", " "]) {
          const { code, lines, out } = yield* ran([...args, `--${flag}`, empty])
          expect({ code, out }).toEqual({ code: 2, out: "" })
          expect(lines.join("\n")).toContain(`--${flag} is "${empty}": must be `)
        }
      })
  )

  it.live("an unknown command is wrong usage: exit 2, told in one line", () =>
    Effect.gen(function* () {
      const { code, out, lines } = yield* ran(["rnu"])
      expect({ code, out }).toEqual({ code: 2, out: "" })
      expect(lines[0]).toMatch(/^counterfoil: Unknown subcommand "rnu"/)
      expect(lines[1]).toBe("Run `counterfoil --help` for what it takes.")
    })
  )

  it.live("a flag of a section the command does not use is wrong usage: exit 2", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["facts", "count", "--payment-grace", "30s"])
      expect(code).toBe(2)
      expect(lines[0]).toMatch(/^counterfoil: Unrecognized flag: --payment-grace/)
    })
  )

  it.live("a malformed configuration exits 2 and tells every problem in a line of its own", () =>
    Effect.gen(function* () {
      const { code, out, lines } = yield* ran([
        "run",
        "--payment-grace",
        "3x",
        "--cassandra-tls-ca",
        "ca.pem"
      ])
      expect({ code, out }).toEqual({ code: 2, out: "" })
      expect(lines).toEqual([
        expect.stringMatching(/^counterfoil: CASSANDRA_CONTACT_POINTS is missing: /),
        expect.stringMatching(/^counterfoil: --cassandra-tls-ca is given, but TLS is off/),
        expect.stringMatching(
          /^counterfoil: --payment-grace is "3x": must be a duration .* Example: --payment-grace 30s$/
        )
      ])
    })
  )

  it.live("several flags that are wrong are told together, a command's own among them: exit 2", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(
        ["produce", "all", "--count", "x", "--rate", "0", "--poison", "2", "--pubsub-emulator-host", "a b"],
        ["--no-warnings"]
      )
      expect(code).toBe(2)
      expect(lines).toEqual([
        'counterfoil: --count is "x": must be a whole number from 0 to 1000000000. Example: --count 1000',
        'counterfoil: --rate is "0": must be a number above 0, at most 1000000. Example: --rate 0.5',
        expect.stringMatching(/^counterfoil: --poison is "2": must be a share from 0 to 1/),
        expect.stringMatching(/^counterfoil: --pubsub-emulator-host is "a b": must be /)
      ])
    })
  )

  it.live("--connect-timeout without --drain is wrong usage: exit 2", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran([
        ...["run", "--connect-timeout", "5s", "--log-format", "pretty"],
        ...["--cassandra-contact-points", "127.0.0.1:9", "--project", "p"]
      ])
      expect(code).toBe(2)
      expect(lines).toEqual([expect.stringMatching(/^counterfoil: --connect-timeout is for --drain/)])
    })
  )

  it.live("an id is read exactly or not at all", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["facts", "get", "9223372036854775808"])
      expect(code).toBe(2)
      expect(lines[0]).toContain("Expected: a whole number from 1 to 9223372036854775807")
    })
  )

  it.live("a Node that is too old is told so, and nothing else is tried", () =>
    Effect.gen(function* () {
      const { code, lines } = yield* ran(["--help"], oldNode)
      expect(code).toBe(2)
      expect(lines).toEqual([
        expect.stringMatching(/^counterfoil: Node 20\.20\.2 is too old, it needs 22\.19 or later/)
      ])
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ran } from "../system/Ran.ts"

const nobody = {
  PUBSUB_EMULATOR_HOST: "127.0.0.1:9",
  PUBSUB_PROJECT_ID: "none",
  CASSANDRA_CONTACT_POINTS: "127.0.0.1:9"
}

describe("doctor --live, misused,", () => {
  it.live.each([
    [["--live-topics", "check"], /^--live-topics and --live-keyspace are for --live$/],
    [["--live-keyspace", "check"], /^--live-topics and --live-keyspace are for --live$/],
    [["--only", "CF-902"], /^--only is "CF-902", and the checks CF-901 .* Example: --live --only CF-902$/],
    [["--live", "--only", "limits"], /^--only is "limits", which leaves out what --live proves\. Example: /],
    [["--live", "deploy.yaml"], /^--live is for a deployment: leave out FILE$/],
    [["--live", "--live-topics", "a/b"], /^--live-topics is "a\/b": must be 3 to 240 letters.* Example: /],
    [["--live", "--live-keyspace", "A"], /^--live-keyspace is "A": must be at most 48 lower-case letters/]
  ] as const)("says what is wrong, and exits 2 before anything is asked: %s", ([args, says]) =>
    Effect.gen(function* () {
      const { code, out, seconds, told } = yield* ran(["doctor", ...args], nobody)
      assert.strictEqual(code, 2, told.join())
      assert.match(told[0]?.replace(/^counterfoil: /, "") ?? "", says)
      assert.strictEqual(out, "")
      assert.isBelow(seconds, 30)
    })
  )

  it.live("without an answer of the servers it makes nothing, and says why it did not try: exit 1", () =>
    Effect.gen(function* () {
      const { code, out } = yield* ran(["doctor", "--live", "--only", "live"], nobody)
      assert.strictEqual(code, 1)
      assert.match(out, /\n- {5}CF-901 CF-902 .* CF-907 not\s+checked, because CF-602 failed\n/)
    })
  )
})

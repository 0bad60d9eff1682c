import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { shownInSection } from "../docs/ShownCommands.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { ran } from "./Ran.ts"

/** What is another at each run: times, ages, ids of dead letters, and what their digits weigh. */
const withoutTimes = (text: string): string =>
  text
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, "TIME")
    .replace(/\d+ (s|min) (old|after)/g, "AGE $2")
    .replace(/(dead letter|for instance) \d+/g, "$1 ID")
    .replace(/[\d.]+ KiB/g, "SIZE")

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-walk-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const inDemo = (cwd: string) => (args: ReadonlyArray<string>) => ran(args, { LOG_FORMAT: "pretty" }, { cwd })

describe("the dead letters of a demo", { concurrent: true }, () => {
  it.live(
    "README.md follows them from the demo to the redrive, and each command prints what is said there",
    () =>
      Effect.gen(function* () {
        const command = inDemo(yield* folder)
        const demo = shownInSection("README.md", "Try it").find(({ printed }) => printed !== "")
        assert.deepStrictEqual(demo?.args.slice(0, 1), ["demo"])
        const { out } = yield* command(demo?.args ?? [])
        assert.include(demo?.printed ?? "", out.trimEnd())
        const steps = shownInSection("README.md", "When payments do not match")
        assert.lengthOf(steps, 5)
        for (const { args, printed } of steps) {
          const step = yield* command(args)
          const whole = [step.out.trimEnd(), ...step.told].join("\n")
          assert.strictEqual(withoutTimes(whole), withoutTimes(printed), `${args.join(" ")}\n${step.errors}`)
        }
        const row = yield* command(["facts", "get", "559", "--demo"])
        assert.match(row.out, /^payment_id +1559$/m)
      }),
    300_000
  )

  it.live(
    "export, discard and restore work on them too, and restore undoes discard",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const command = inDemo(cwd)
        const read = (name: string) => readFileSync(join(cwd, name), "utf8").trimEnd().split("\n")
        const left = () => read(join(".counterfoil", "demo-dead-letters.ndjson"))
        yield* command(["demo", "--orders", "2000", "--payments", "2000"])
        const before = left()
        const exported = yield* command(["dlq", "export", "all.ndjson", "--demo"])
        assert.strictEqual(exported.code, 0, exported.errors)
        assert.sameMembers([...read("all.ndjson")], [...before])
        const asked = ["dlq", "discard", "--demo", "--reason", "undecodable", "--yes", "--out", "out.ndjson"]
        const discarded = yield* command(asked)
        assert.include(discarded.out, "`counterfoil dlq restore out.ndjson --demo` undoes it")
        assert.lengthOf(left(), before.length - read("out.ndjson").length)
        const restored = yield* command(["dlq", "restore", "out.ndjson", "--demo"])
        assert.strictEqual(restored.code, 0, restored.errors)
        assert.lengthOf(left(), before.length)
      }),
    300_000
  )

  it.live(
    "[G1] a redrive that is killed leaves them all there, one that is interrupted all but those that went through",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const command = inDemo(cwd)
        const letters = () =>
          readFileSync(join(cwd, ".counterfoil", "demo-dead-letters.ndjson"), "utf8")
            .trimEnd()
            .split("\n")
        yield* command(["demo", "--orders", "2000", "--payments", "2000"])
        const before = letters()
        const redriving = counterfoil(
          ["dlq", "redrive", "--demo", "--reason", "unmatched-payment", "--rate", "5"],
          { LOG_FORMAT: "pretty" },
          { cwd }
        )
        const matched = Effect.map(command(["dlq", "list", "--demo", "--json"]), ({ code }) => code)
        const killed = yield* redriving
        yield* Effect.sleep("6 seconds")
        // While it works on them, nobody else does.
        assert.strictEqual(yield* matched, 1)
        yield* killed.signal("SIGKILL")
        yield* killed.ended
        assert.deepStrictEqual(letters(), before)
        const interrupted = yield* redriving
        yield* until(
          "it is at work",
          Effect.sync(() => /[1-9]\d* through/.test(interrupted.stderr())),
          "60 seconds",
          interrupted.stderr
        )
        yield* interrupted.signal("SIGINT")
        assert.deepInclude(yield* interrupted.ended, { code: 130 })
        const through = Number(/^ +(\d+) {2}payment-matched$/m.exec(interrupted.stdout())?.[1])
        assert.isAbove(through, 0)
        assert.lengthOf(letters(), before.length - through)
      }),
    300_000
  )
})

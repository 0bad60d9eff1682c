import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect } from "effect"
import { claimDemoFile } from "../../../src/cli/commands/DemoFile.ts"
import { exitCodeOf } from "../../../src/cli/Failure.ts"
import { remedyOf } from "../../../src/cli/Remedies.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-demo-file-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

describe("the demo's file", () => {
  it.effect("is new each time, in a folder that is made", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "new")
      const first = yield* Effect.scoped(claimDemoFile(folder))
      expect(first).toBe(join(folder, "demo.sqlite"))
      for (const suffix of ["", "-wal", "-shm"]) writeFileSync(first + suffix, "old")
      expect(yield* Effect.scoped(claimDemoFile(folder))).toBe(first)
      for (const suffix of ["", "-wal", "-shm"]) expect(existsSync(first + suffix)).toBe(false)
    })
  )

  it.effect("of a demo that runs is left alone by another, which takes the next", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const first = yield* claimDemoFile(folder)
      writeFileSync(first, "in use")
      expect(yield* Effect.scoped(claimDemoFile(folder))).toBe(join(folder, "demo-2.sqlite"))
      const second = yield* claimDemoFile(folder)
      expect(second).toBe(join(folder, "demo-2.sqlite"))
      expect(yield* claimDemoFile(folder)).toBe(join(folder, "demo-3.sqlite"))
      expect(existsSync(first)).toBe(true)
    })
  )

  it.effect("where none can be, is an error that says where, and what to do: exit 2, and no bug", () =>
    Effect.gen(function* () {
      const taken = join(yield* temporary, "taken")
      writeFileSync(taken, "a file, not a folder")
      const error = yield* Effect.flip(Effect.scoped(claimDemoFile(taken)))
      expect(error.message).toContain(`the demo keeps its table in ${taken}: `)
      expect(remedyOf(error)).toContain("where you may write")
      expect(exitCodeOf(Cause.fail(error))).toBe(2)
    })
  )

  it.effect("where there are too many demos, likewise", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      for (let demo = 0; demo < 9; demo++) yield* claimDemoFile(folder)
      expect((yield* Effect.flip(claimDemoFile(folder))).message).toContain("9 demos run there already")
    })
  )
})

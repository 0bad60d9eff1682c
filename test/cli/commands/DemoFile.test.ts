import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "@effect/vitest"
import { Cause, Effect } from "effect"
import { nextCommands } from "../../../src/cli/commands/Demo.ts"
import { claimDemoFiles, endedDemoFiles, takenDemoFiles } from "../../../src/cli/commands/DemoFile.ts"
import { exitCodeOf } from "../../../src/cli/Failure.ts"
import { remedyOf } from "../../../src/cli/Remedies.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-demo-file-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const filesIn = (folder: string, name: string) => ({
  table: join(folder, `${name}.sqlite`),
  deadLetters: join(folder, `${name}-dead-letters.ndjson`),
  isFirst: name === "demo"
})

describe("the demo's files", () => {
  it.effect("is new each time, in a folder that is made", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "new")
      const first = yield* Effect.scoped(claimDemoFiles(folder))
      expect(first).toEqual(filesIn(folder, "demo"))
      const old = [...["", "-wal", "-shm"].map((suffix) => first.table + suffix), first.deadLetters]
      for (const file of old) writeFileSync(file, "old")
      expect(yield* Effect.scoped(claimDemoFiles(folder))).toEqual(first)
      for (const file of old) expect(existsSync(file)).toBe(false)
    })
  )

  it.effect("of a demo that runs is left alone by another, which takes the next", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const first = yield* claimDemoFiles(folder)
      writeFileSync(first.table, "in use")
      expect(yield* Effect.scoped(claimDemoFiles(folder))).toEqual(filesIn(folder, "demo-2"))
      const second = yield* claimDemoFiles(folder)
      expect(second).toEqual(filesIn(folder, "demo-2"))
      expect(yield* claimDemoFiles(folder)).toEqual(filesIn(folder, "demo-3"))
      expect(existsSync(first.table)).toBe(true)
    })
  )

  it.effect("of a second demo are not those of `--demo`, which is not named at its end", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      expect(nextCommands(yield* claimDemoFiles(folder)).join()).toContain("npx counterfoil dlq list --demo")
      const second = nextCommands(yield* claimDemoFiles(folder)).join()
      expect(second).not.toContain("--demo")
      expect(second).toContain("npx counterfoil --help")
    })
  )

  it.effect("where none can be, is an error that says where, and what to do: exit 2, and no bug", () =>
    Effect.gen(function* () {
      const taken = join(yield* temporary, "taken")
      writeFileSync(taken, "a file, not a folder")
      const error = yield* Effect.flip(Effect.scoped(claimDemoFiles(taken)))
      expect(error.message).toContain(`the demo keeps its table in ${taken}: `)
      expect(remedyOf(error)).toContain("where you may write")
      expect(exitCodeOf(Cause.fail(error))).toBe(2)
    })
  )

  it.effect("where there are too many demos, likewise", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      for (let demo = 0; demo < 9; demo++) yield* claimDemoFiles(folder)
      expect((yield* Effect.flip(claimDemoFiles(folder))).message).toContain("9 demos run there already")
    })
  )

  it.effect("are one command's at a time, once a demo has ended; else it is told what to do", () =>
    Effect.gen(function* () {
      const folder = join(yield* temporary, "later")
      for (const missing of [takenDemoFiles(folder), endedDemoFiles(folder)]) {
        const error = yield* Effect.flip(Effect.scoped(missing))
        expect(error.message).toBe(`there is no ended demo in ${folder}`)
        expect(remedyOf(error)).toContain("end it with Ctrl-C")
        expect(exitCodeOf(Cause.fail(error))).toBe(1)
      }
      const files = yield* Effect.scoped(claimDemoFiles(folder))
      yield* Effect.scoped(
        Effect.gen(function* () {
          const { table } = yield* claimDemoFiles(folder)
          writeFileSync(table, "")
          for (const running of [takenDemoFiles(folder), endedDemoFiles(folder)])
            expect((yield* Effect.flip(Effect.scoped(running))).message).toContain("a demo that runs")
        })
      )
      for (const file of [files.table, files.deadLetters]) writeFileSync(file, "")
      expect(yield* takenDemoFiles(folder)).toEqual(files)
      expect((yield* Effect.flip(takenDemoFiles(folder)))._tag).toBe("DemoInUse")
      expect(yield* endedDemoFiles(folder)).toEqual(files)
    })
  )
})

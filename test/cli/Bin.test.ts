import { spawnSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { bin } from "../support/Counterfoil.ts"

const folders: Array<string> = []

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Which of these files the bin starts; each was changed so many seconds ago. */
const started = (files: Readonly<Record<string, number>>): string => {
  const folder = mkdtempSync(join(tmpdir(), "counterfoil-bin-"))
  folders.push(folder)
  writeFileSync(join(folder, "package.json"), '{"type":"module"}')
  writeFileSync(join(folder, "package-lock.json"), "{}")
  mkdirSync(join(folder, "bin"))
  cpSync(bin, join(folder, "bin", "counterfoil.js"))
  const now = Date.now() / 1000
  utimesSync(join(folder, "package-lock.json"), now - 1_000, now - 1_000)
  for (const path of Object.keys(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), `process.stdout.write(${JSON.stringify(path)})`)
  }
  for (const [path, ago] of Object.entries(files)) {
    utimesSync(join(folder, path), now - ago, now - ago)
    // What is in a folder changes it; files were deleted from none here.
    for (let parent = dirname(path); parent !== "."; parent = dirname(parent))
      utimesSync(join(folder, parent), now - 1_000, now - 1_000)
  }
  const { stderr, stdout } = spawnSync(process.execPath, [join(folder, "bin", "counterfoil.js")], {
    encoding: "utf8"
  })
  return stdout + stderr
}

describe("the bin", () => {
  it("starts what was built", () => {
    expect(started({ "dist/program/main.js": 100 })).toBe("dist/program/main.js")
    expect(started({ "dist/program/main.js": 100, "src/main.ts": 200, "src/deep/Part.ts": 150 })).toBe(
      "dist/program/main.js"
    )
  })

  it("starts the sources where nothing was built", () => {
    expect(started({ "src/main.ts": 100 })).toBe("src/main.ts")
  })

  it("starts the sources where one of them is newer than what was built", () => {
    expect(started({ "dist/program/main.js": 100, "src/main.ts": 200, "src/deep/Part.ts": 50 })).toBe(
      "src/main.ts"
    )
  })

  it("starts the sources where the packages have changed since, of which the built program holds copies", () => {
    expect(started({ "dist/program/main.js": 100, "src/main.ts": 200, "package-lock.json": 50 })).toBe(
      "src/main.ts"
    )
  })
})

/** Programs that check the files of `deploy/`, where they are installed. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { describe } from "vitest"

/** What a program printed, and its exit code. */
export interface Printed {
  readonly status: number | null
  readonly text: string
}

/** Runs a program to its end, with temporary files in memory. **Errors**: throws where it is not installed. */
export const printed = (program: string, args: ReadonlyArray<string>, cwd: string): Printed => {
  const env = existsSync("/dev/shm") ? { ...process.env, TMPDIR: "/dev/shm" } : process.env
  const { error, status, stderr, stdout } = spawnSync(program, args, { cwd, encoding: "utf8", env })
  if (error !== undefined) throw error
  return { status, text: `${stdout}${stderr}` }
}

/** Which of these programs is installed first; the words after each ask it for its version. */
export const firstInstalled = (
  ...candidates: ReadonlyArray<readonly [program: string, ...args: ReadonlyArray<string>]>
): string | undefined =>
  candidates.find(([program, ...args]) => spawnSync(program, args).error === undefined)?.[0]

/** `describe` for tests that need a program: skipped, with a line that says so, where it is missing, unless REQUIRE_SERVICES=1. */
export const describeWithProgram = (name: string, isInstalled: boolean) => {
  if (!isInstalled) process.stderr.write(`SKIPPED: ${name} is not installed\n`)
  return describe.skipIf(!isInstalled && process.env["REQUIRE_SERVICES"] !== "1")
}

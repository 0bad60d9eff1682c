import { spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { describe, expect, it } from "vitest"

type Signal = "SIGINT" | "SIGTERM"

/** Runs SlowStop.ts, sends it a signal each time it has said something, and answers how it ended. */
const signalled = async (
  stopping: "at once" | "never",
  signals: ReadonlyArray<Signal>,
  kind: "until stopped" | "to its end" = "until stopped"
) => {
  const child = spawn(process.execPath, [join(import.meta.dirname, "SlowStop.ts"), stopping, kind], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  const ended = once(child, "exit")
  // One that no signal ends must not outlive the test.
  const patience = setTimeout(() => child.kill("SIGKILL"), 50_000)
  const left = [...signals]
  for await (const _line of createInterface(child.stdout)) {
    const signal = left.shift()
    if (signal !== undefined) child.kill(signal)
  }
  const [code] = await ended
  clearTimeout(patience)
  return { code, left }
}

describe("stopping", () => {
  it.each(["SIGINT", "SIGTERM"] as const)("[G8] %s is a clean stop: exit 0", async (signal) => {
    expect(await signalled("at once", [signal])).toEqual({ code: 0, left: [] })
  })

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("%s cuts off a command that has an end of its own: exit %i", async (signal, code) => {
    expect(await signalled("at once", [signal], "to its end")).toEqual({ code, left: [] })
  })

  it.each([
    ["SIGINT", "SIGINT", 130],
    ["SIGTERM", "SIGTERM", 143],
    ["SIGTERM", "SIGINT", 130]
  ] as const)(
    "[G8] %s and then %s exits at once with 128 + the second's number",
    async (first, second, code) => {
      expect(await signalled("never", [first, second])).toEqual({ code, left: [] })
    }
  )
})

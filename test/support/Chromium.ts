/** A real Chromium, and how tests that need one are left out, with a message, where there is none. */
import { execFileSync } from "node:child_process"
import { type Browser, chromium } from "playwright-core"
import { describe } from "vitest"

/** The machine's own; playwright downloads none. */
const path = ((): string | undefined => {
  for (const name of ["chromium", "chromium-browser", "google-chrome"]) {
    try {
      return execFileSync("which", [name], { encoding: "utf8" }).trim()
    } catch {}
  }
  return undefined
})()

if (path === undefined) {
  const reason = "no chromium is installed (Debian: apt-get install chromium)"
  if (process.env["REQUIRE_SERVICES"] === "1") throw new Error(`REQUIRE_SERVICES=1, and ${reason}`)
  process.stderr.write(`SKIPPED: ${reason}\n`)
}

/** `describe` for tests that need Chromium. With REQUIRE_SERVICES=1 they fail where there is none. */
export const describeInChromium = describe.skipIf(path === undefined)

/** Starts it. It runs as whoever runs the tests; what it opens are pages of our own. */
export const launchChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: path ?? "chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
  })

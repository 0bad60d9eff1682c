import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { assert, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { IncidentChecks } from "../../src/http/IncidentChecks.ts"
import { incidentHtml, ShownSettings } from "../../src/http/IncidentHtml.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { describeInChromium, launchChromium } from "../support/Chromium.ts"
import { recordedStates, recordingOf } from "../support/RecordedStates.ts"
import { pageOf } from "./PageServer.ts"

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")

/** With COUNTERFOIL_SCREENSHOTS=1 the pictures of the documents are made anew. */
const pictures =
  process.env["COUNTERFOIL_SCREENSHOTS"] === "1"
    ? join(import.meta.dirname, "../../docs/pictures")
    : undefined

const looks = [
  { name: "desktop-light", size: { width: 1_280, height: 900 }, colorScheme: "light" },
  { name: "desktop-dark", size: { width: 1_280, height: 900 }, colorScheme: "dark" },
  { name: "phone-dark", size: { width: 375, height: 720 }, colorScheme: "dark" },
  { name: "phone-light", size: { width: 375, height: 720 }, colorScheme: "light" }
] as const

/** Those that the documents show. */
const pictured = new Set([
  "well-desktop-light",
  "well-desktop-dark",
  "outage-desktop-light",
  "outage-desktop-dark"
])

const sentences = {
  well: /^Well\. \d+ orders a second stored, \d s behind, 118 payments wait\.$/,
  outage:
    /^Cassandra has not answered for 4\d s\. Nothing is lost; intake is paused; it resumes by itself\. To do: /,
  empty: /^Starting\. Waiting for /,
  replay: /^Cassandra has not answered for 4\d s\./
} as const

type Shown = keyof typeof sentences

/** What axe calls serious or critical, in a line each. */
const findings = async (page: Page): Promise<ReadonlyArray<string>> => {
  const isThere = await page.evaluate("'axe' in globalThis")
  if (isThere !== true) await page.evaluate(axeSource)
  const results = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<{ violations: Array<AxeFinding> }> } }).axe.run()
  )
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`)
}

interface AxeFinding {
  readonly id: string
  readonly impact: string
  readonly nodes: ReadonlyArray<{ readonly target: ReadonlyArray<string> }>
}

const incidentOf = (recording: string) =>
  incidentHtml({ isWhole: true }).pipe(
    Effect.provide(Layer.succeed(Recorder, Recorder.of({ recording: () => recording, record: Effect.void }))),
    Effect.provideService(ShownSettings, [["PAYMENT_GRACE", "30s", "PAYMENT_GRACE"]]),
    Effect.provideService(
      IncidentChecks,
      Effect.succeed([
        { code: "CF-101", status: "fatal", text: "no host answers", remedy: "start it" }
      ] as const)
    )
  )

describeInChromium("the page in Chromium", () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), "counterfoil-page-"))
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  /** Opens an address, takes each look at it, and answers what is wrong there. */
  const looked = async (state: Shown, url: string) => {
    const wrong: Array<string> = []
    // Only so that axe can be put into the page; a test below is under the policy.
    const context = await browser.newContext({ bypassCSP: true })
    const page = await context.newPage()
    page.on("console", (message) => wrong.push(`console: ${message.text()}`))
    page.on("pageerror", (error) => wrong.push(error.message))
    page.on("request", (request) => {
      if (!request.url().startsWith(url.replace(/\/[^/]*$/, "/"))) wrong.push(`asked ${request.url()}`)
    })
    await page.goto(url)
    await page.locator("#text").filter({ hasText: sentences[state] }).waitFor({ timeout: 20_000 })
    for (const { colorScheme, name, size } of looks) {
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
      const isWide = await page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
      if (isWide) wrong.push(`${name}: wider than the screen`)
      for (const finding of await findings(page)) wrong.push(`${name}: ${finding}`)
      if (pictures === undefined || !pictured.has(`${state}-${name}`)) continue
      mkdirSync(pictures, { recursive: true })
      await page.screenshot({ path: join(pictures, `${state}-${name}.png`) })
    }
    await context.close()
    return wrong
  }

  it.live.each(recordedStates)(
    "%s: no serious finding of axe, no error, no request elsewhere; on phone and desktop, light and dark",
    (state) =>
      Effect.gen(function* () {
        const url = yield* pageOf(yield* recordingOf(state))
        assert.deepStrictEqual(yield* Effect.promise(() => looked(state, `${url}/`)), [])
      }).pipe(Effect.scoped)
  )

  it.live("replay: the same of an incident file that is opened from the disk", () =>
    Effect.gen(function* () {
      const file = join(folder, "incident.html")
      writeFileSync(file, yield* incidentOf(yield* recordingOf("outage")))
      const wrong = yield* Effect.promise(() => looked("replay", pathToFileURL(file).href))
      assert.deepStrictEqual(wrong, [])
    })
  )

  it.live("replay: the slider goes back to what was before the outage, under the file's own policy", () =>
    Effect.gen(function* () {
      const file = join(folder, "slider.html")
      writeFileSync(file, yield* incidentOf(yield* recordingOf("outage")))
      yield* Effect.promise(async () => {
        const page = await browser.newPage()
        const wrong: Array<string> = []
        page.on("console", (message) => wrong.push(message.text()))
        await page.goto(pathToFileURL(file).href)
        await page.locator("#moment").fill("100")
        await page.locator("#text").filter({ hasText: sentences.well }).waitFor({ timeout: 10_000 })
        assert.strictEqual(await page.locator("#settingRows tr").count(), 1)
        assert.include((await page.locator("#checkRows").textContent()) ?? "", "CF-101")
        assert.strictEqual(await page.locator("#lookup").count(), 0)
        assert.isTrue(await page.locator("#pause").isHidden())
        assert.deepStrictEqual(wrong, [])
        await page.close()
      })
    })
  )

  it.live("works under the policy that it is served with", () =>
    Effect.gen(function* () {
      const url = yield* pageOf(yield* recordingOf("well"))
      yield* Effect.promise(async () => {
        const page = await browser.newPage()
        const wrong: Array<string> = []
        page.on("console", (message) => wrong.push(message.text()))
        await page.goto(`${url}/`)
        await page.locator("#text").filter({ hasText: sentences.well }).waitFor({ timeout: 20_000 })
        await page.locator("#plot-flow canvas").waitFor()
        await page.keyboard.press("p")
        assert.strictEqual(await page.locator("#pause").getAttribute("aria-pressed"), "true")
        assert.deepStrictEqual(wrong, [])
        await page.close()
      })
    }).pipe(Effect.scoped)
  )
})

import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Logger } from "effect"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { fates } from "../../src/domain/Fate.ts"
import { HttpApi } from "../../src/http/HttpApi.ts"
import { layerHttpApi } from "../../src/http/HttpApiLayer.ts"
import { makeStreamLedger } from "../../src/pipeline/StreamLedger.ts"
import { Health } from "../../src/telemetry/Health.ts"
import { Metrics } from "../../src/telemetry/Metrics.ts"
import { Recorder } from "../../src/telemetry/Recorder.ts"
import { describeInChromium, launchChromium } from "../support/Chromium.ts"
import { counterfoil } from "../support/Counterfoil.ts"
import { parseExposition, valueOf } from "../support/Exposition.ts"
import { freePorts } from "../support/Ports.ts"
import { paymentOf, paymentWork } from "../support/Samples.ts"

const inTime = { timeout: 30_000 }

describeInChromium("the page of a running process", () => {
  let browser: Browser
  const folder = mkdtempSync(join(tmpdir(), "counterfoil-page-"))
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  it.live("shows the figures that /metrics has", () =>
    Effect.gen(function* () {
      const metrics = yield* Metrics
      const ledgers = { orders: makeStreamLedger(fates), payments: makeStreamLedger(fates) }
      yield* metrics.watch("orders", ledgers.orders)
      yield* metrics.watch("payments", ledgers.payments)
      const work = paymentWork(paymentOf(1n))
      ledgers.orders.received([work, work, work])
      const waiting = ledgers.payments.open("waiting")
      ledgers.payments.received([work, work]).moveTo(waiting, [work])
      yield* metrics.watermarkRead(Number.POSITIVE_INFINITY)
      for (let each = 0; each < 40; each++)
        yield* metrics.limitsRead({ slots: 0.42, credit: 0, "waiting-room": 0, "retry-places": 0 })
      const { url } = yield* Effect.flatMap(HttpApi, ({ address }) => Effect.fromOption(address))
      yield* Effect.promise(async () => {
        const page = await browser.newPage()
        await page.goto(`${url}/`)
        await page.locator("#figure-saturation").filter({ hasText: "42 %" }).waitFor(inTime)
        const shown = parseExposition(await (await fetch(`${url}/metrics`)).text())
        const value = (name: string, labels = {}) => String(valueOf(shown, name, labels))
        assert.strictEqual(
          await textOf(page, "#figure-waiting .value"),
          value("counterfoil_waiting_deliveries", { stream: "payments" })
        )
        for (const [row, stream] of ["orders", "payments"].entries()) {
          const cells = page.locator("#equationRows tr").nth(row).locator("td")
          assert.strictEqual(
            await cells.nth(0).textContent(),
            value("counterfoil_deliveries_received_total", { stream })
          )
          assert.strictEqual(
            await cells.nth(2).textContent(),
            value("counterfoil_in_flight_deliveries", { stream })
          )
          assert.strictEqual(
            await cells.nth(4).textContent(),
            value("counterfoil_waiting_deliveries", { stream })
          )
        }
        assert.strictEqual(await textOf(page, "#figure-behind .value"), "caught up")
        assert.approximately(Number(value("counterfoil_saturation_ratio")), 0.42, 1e-9)
        await page.close()
      })
    }).pipe(Effect.provide(served))
  )

  it.live("follows in eight tabs, turns old when the process is gone, and goes on with the next one", () =>
    Effect.gen(function* () {
      const [port = 0] = yield* freePorts(1)
      const demo = () => counterfoil(["demo", "--rate", "50", "--port", String(port)], {}, { cwd: folder })
      const first = yield* demo()
      const url = yield* first.url
      const context = yield* Effect.promise(() => browser.newContext())
      const wrong: Array<string> = []
      const pages = yield* Effect.promise(async () => {
        const opened = await Promise.all(Array.from({ length: 8 }, () => context.newPage()))
        for (const page of opened) {
          page.on("pageerror", (error) => wrong.push(error.message))
          page.on("request", (request) => {
            if (!request.url().startsWith(url)) wrong.push(request.url())
          })
          await page.goto(`${url}/`)
        }
        for (const page of opened) {
          await page
            .locator("#text")
            .filter({ hasText: /^Well\./ })
            .waitFor(inTime)
          const moment = (await page.locator("#momentText").textContent()) ?? ""
          await page.locator("#momentText").filter({ hasNotText: moment }).waitFor(inTime)
        }
        assert.deepStrictEqual(wrong, [])
        for (const page of opened.slice(1)) await page.close()
        return opened
      })
      const [page] = pages
      if (page === undefined) return assert.fail("there is no page")
      const before = yield* Effect.promise(() => textOf(page, "#process"))
      yield* first.signal("SIGKILL")
      yield* first.ended
      yield* Effect.promise(() =>
        page.locator("#stale").filter({ hasText: "has not answered for" }).waitFor(inTime)
      )
      yield* demo()
      yield* Effect.promise(async () => {
        await page.locator("#process").filter({ hasNotText: before }).waitFor(inTime)
        await page.locator("#stale").waitFor({ state: "hidden", ...inTime })
        await page
          .locator("#text")
          .filter({ hasText: /^Well\./ })
          .waitFor(inTime)
      })
      assert.deepStrictEqual(wrong, [])
    }).pipe(Effect.scoped)
  )
})

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).textContent()) ?? ""

const served = Layer.unwrap(
  Effect.map(freePorts(1), ([port = 0]) => layerHttpApi({ host: "127.0.0.1", port, portAsked: true }))
).pipe(
  Layer.provideMerge(Recorder.layer("0.1.0")),
  Layer.provideMerge(Layer.mergeAll(Health.layer, Metrics.layer, Logger.layer([])))
)

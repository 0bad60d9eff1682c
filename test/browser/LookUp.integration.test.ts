/** The form that looks an order or a payment up, in a real Chromium, against `run` on the real servers. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import type { Browser, Page } from "playwright-core"
import { afterAll, beforeAll } from "vitest"
import { describeInChromium, launchChromium } from "../support/Chromium.ts"
import { testDeployment } from "../support/TestDeployment.ts"
import { describeWith } from "../support/TestServices.ts"
import { publish } from "../system/DlqCommands.ts"
import { ran } from "../system/Ran.ts"
import { serving } from "../system/Serving.ts"

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const token = "a-token-for-this-test"
const inTime = { timeout: 30_000 }

const orderText = (orderId: number) =>
  `{"order_id":${orderId},"customer_id":81500815,"item":"a gift","quantity":1,"price":1,"shipping_address":"1 Hidden Lane","order_status":"shipped","creation_date":"2026-11-26"}`

const paymentText = (orderId: number, paymentId: number, method = "card") =>
  `{"payment_id":${paymentId},"order_id":${orderId},"payment_method":"${method}","card_last_four":"4242","payment_status":"paid","payment_datetime":"2026-11-26"}`

const personal = /81500815|a gift|Hidden Lane|4242/

/** Types an id, and sends the form by the keyboard alone. Answers what the page says. */
const lookUp = async (page: Page, kind: "order" | "payment", id: string): Promise<string> => {
  await page.locator("h1").click()
  await page.keyboard.press("l")
  await page.keyboard.press("Control+A")
  await page.keyboard.type(id)
  await page.locator(kind === "order" ? "#lookupOrder" : "#lookupPayment").check()
  await page.locator("#lookupId").press("Enter")
  const said = page.locator("#lookupText").filter({ hasText: new RegExp(`${kind} ${id}\\b`, "i") })
  await said.waitFor(inTime)
  return (await said.textContent()) ?? ""
}

const seriousFindings = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axeSource)
  const found = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: () => Promise<{ violations: Array<Finding> }> } }).axe.run()
  )
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id }) => id)
}

interface Finding {
  readonly id: string
  readonly impact: string
}

describeWith("cassandra", "pubsub")("on real servers", () => {
  describeInChromium("the look-up on the page", () => {
    let browser: Browser
    beforeAll(async () => {
      browser = await launchChromium()
    })
    afterAll(async () => {
      await browser?.close()
    })

    it.live(
      "finds a row, what waits and what is dead, hides personal data until asked, and puts no id into an address",
      () =>
        Effect.gen(function* () {
          const deployment = yield* testDeployment()
          const environment = {
            ...deployment.environment,
            PAYMENT_GRACE: "10m",
            MAX_ROW_BYTES: "4KiB",
            HTTP_TOKEN: token
          }
          yield* ran(["setup", "cassandra", "--index-payments"], environment)
          const process = yield* serving(["run"], { ...environment, HTTP_HOST: "0.0.0.0" })
          yield* process.until("/ready", ({ status }) => status === 200)
          yield* publish(deployment, deployment.orders, [{ data: orderText(7) }])
          yield* publish(deployment, deployment.payments, [
            { data: paymentText(7, 1_007) },
            { data: paymentText(8, 1_008) },
            { data: paymentText(9, 1_009, "x".repeat(5_000)) }
          ])
          yield* process.until("/metrics", ({ text }) =>
            [
              /^counterfoil_waiting_deliveries\{[^}]*payments[^}]*\} 1$/m,
              /^counterfoil_fates_total\{[^}]*payment-matched[^}]*\} 1$/m,
              /^counterfoil_fates_total\{[^}]*payments[^}]*store-rejected[^}]*\} 1$/m
            ].every((each) => each.test(text))
          )
          yield* Effect.promise(async () => {
            const context = await browser.newContext({ bypassCSP: true })
            const page = await context.newPage()
            const wrong: Array<string> = []
            const addresses: Array<string> = []
            page.on("pageerror", (error) => wrong.push(error.message))
            page.on("request", (request) => addresses.push(request.url()))
            await page.goto(`http://127.0.0.1:${process.port}/`)

            // The process has a token: a look-up asks for it, and goes on after the login by itself.
            await page.locator("#lookupId").fill("7")
            await page.locator("#lookupId").press("Enter")
            await page.locator("#lookupText").filter({ hasText: "wants its HTTP_TOKEN" }).waitFor(inTime)
            await page.locator("#token:focus").waitFor(inTime)
            await page.keyboard.type(token)
            await page.keyboard.press("Enter")
            const stored = page
              .locator("#lookupText")
              .filter({ hasText: "Order 7 is stored, with payment 1007." })
            await stored.waitFor(inTime)

            assert.match((await page.locator("#lookupRows").textContent()) ?? "", /order_statusshipped/)
            assert.notMatch(await page.content(), personal)
            await page.locator("#personal").press("Enter")
            await page.locator("#lookupRows").filter({ hasText: "1 Hidden Lane" }).waitFor(inTime)
            assert.isTrue(await page.locator("#personal").isHidden())
            assert.deepStrictEqual(await seriousFindings(page), [])

            assert.strictEqual(
              await lookUp(page, "payment", "1007"),
              "Payment 1007 is in the row of order 7."
            )
            assert.notMatch(await page.content(), personal)
            assert.match(await lookUp(page, "payment", "1008"), /^Payment 1008 waits here for order 8 since /)
            assert.match(
              await lookUp(page, "payment", "1009"),
              /^Payment 1009 became a dead letter at [\d:]+ \(store-rejected: /
            )
            assert.match((await page.locator("#lookupNext").textContent()) ?? "", /counterfoil dlq show \d+$/)
            assert.match(
              await lookUp(page, "order", "4711"),
              /^Order 4711 is nowhere here: not in the table, /
            )
            assert.include((await page.locator("#lookupNext").textContent()) ?? "", "where --order 4711")

            assert.strictEqual(await page.locator("#pause").getAttribute("aria-pressed"), "false")
            assert.strictEqual(await page.locator("#lookupText").getAttribute("role"), "status")
            assert.deepStrictEqual(
              addresses.filter((address) => /4711|100[789]|[?&=/]7\b/.test(new URL(address).pathname)),
              []
            )
            assert.deepStrictEqual(wrong, [])
            await context.close()
          })
          assert.notMatch(process.stderr(), personal)
          assert.notInclude(process.stderr(), token)
        }).pipe(Effect.scoped),
      120_000
    )
  })
})

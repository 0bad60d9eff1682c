import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer, type Server } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { factColumns } from "../../src/domain/Fact.ts"
import { counterfoil, until } from "../support/Counterfoil.ts"
import { ownAddress } from "../support/Ports.ts"
import { ran } from "./Ran.ts"

/** A folder of its own to run the demo in, as its table's file is below the working directory. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "counterfoil-demo-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const fileIn = (cwd: string): string => join(cwd, ".counterfoil", "demo.sqlite")

const lettersIn = (cwd: string): string => join(cwd, ".counterfoil", "demo-dead-letters.ndjson")

/** The rows of a demo's table, by plain SQLite. */
const rowsOf = (cwd: string): ReadonlyArray<unknown> => {
  const database = new DatabaseSync(fileIn(cwd), { readOnly: true })
  try {
    // Without the versions: those tell when a message was published.
    const columns = factColumns.join(", ")
    const statement = database.prepare(`SELECT ${columns} FROM orders_payments_facts ORDER BY order_id`)
    statement.setReadBigInts(true)
    return statement.all()
  } finally {
    database.close()
  }
}

describe("demo", () => {
  it.live(
    "the same seed gives the same fates and the same rows; it ends by itself and says where to look further",
    () =>
      Effect.gen(function* () {
        const run = Effect.gen(function* () {
          const cwd = yield* folder
          const ended = yield* ran(
            ["demo", "--orders", "2000", "--payments", "2000", "--seed", "1"],
            { LOG_FORMAT: "pretty" },
            { cwd }
          )
          assert.strictEqual(ended.code, 0, ended.errors)
          const rows = rowsOf(cwd)
          const letters = readFileSync(lettersIn(cwd), "utf8").trimEnd().split("\n")
          const [kept, next] = ended.errors.trimEnd().split("\n").slice(-3)
          assert.strictEqual(
            kept,
            `${rows.length} rows are in ${fileIn(cwd)}, ${letters.length} dead letters beside it. Next:`
          )
          assert.match(next ?? "", /^ {2}npx counterfoil dlq list --demo /)
          const deadLettered = ended.out.matchAll(/^dead-lettered\S+ +(\d+) +(\d+)$/gm)
          const sumOfLetters = [...deadLettered].reduce(
            (sum, [, one, other]) => sum + Number(one) + Number(other),
            0
          )
          assert.lengthOf(letters, sumOfLetters)
          return { table: ended.out, rows }
        })
        const first = yield* run
        const second = yield* run
        assert.strictEqual(second.table, first.table)
        assert.deepStrictEqual(second.rows, first.rows)
        assert.isAtLeast(first.rows.length, 2000)
        const numbers = first.table
          .trimEnd()
          .split("\n")
          .slice(1)
          .map((line) => line.trim().split(/ {2,}/).slice(1).map(Number))
        const sum = (column: number) =>
          numbers.slice(0, -1).reduce((total, row) => total + (row[column] ?? 0), 0)
        assert.deepStrictEqual(
          [sum(0), sum(1)],
          numbers.at(-1),
          `the fates add up to what was received:\n${first.table}`
        )
      }),
    120_000
  )

  it.live(
    "[G8] without a number it runs until Ctrl-C, says where the table's file is, and exits 0",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        // At its default port, or at a free one where another program has that.
        const demo = yield* counterfoil(["demo"], { HTTP_PORT: "", PORT: "" }, { cwd })
        const urlOf = () => /metrics: +(http:\S+?)\/metrics/.exec(demo.stderr())?.[1]
        yield* until(
          "its addresses",
          Effect.sync(() => urlOf() !== undefined),
          "60 seconds",
          demo.stderr
        )
        const url = urlOf()
        assert.include(demo.stderr(), `fact table:  ${fileIn(cwd)}`)
        yield* until(
          "rows in the table",
          Effect.sync(() => rowsOf(cwd).length > 0),
          "60 seconds",
          demo.stderr
        )
        yield* until(
          "being ready",
          Effect.promise(async () => (await fetch(`${url}/ready`)).status === 200),
          "30 seconds",
          demo.stderr
        )
        yield* demo.signal("SIGINT")
        assert.deepStrictEqual(yield* demo.ended, { code: 0, signal: null }, demo.stderr())
        assert.match(demo.stdout(), /^order-stored +[1-9]/m)
      }),
    120_000
  )

  it.live(
    "[G8] the same where its default port is taken by another program: a free one, named once",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const host = ownAddress()
        yield* listeningOn(host, 8080)
        const demo = yield* counterfoil(["demo"], { HTTP_HOST: host, HTTP_PORT: "", PORT: "" }, { cwd })
        const url = yield* demo.url
        assert.notInclude(url, ":8080")
        yield* until(
          "being ready",
          Effect.promise(async () => (await fetch(`${url}/ready`)).status === 200),
          "30 seconds",
          demo.stderr
        )
        yield* demo.signal("SIGTERM")
        assert.deepStrictEqual(yield* demo.ended, { code: 0, signal: null }, demo.stderr())
        assert.lengthOf(demo.stderr().match(/HTTP port 8080 is taken/g) ?? [], 1)
      }),
    120_000
  )

  it.live(
    "two at once in one folder have a table each, and neither loses a row",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder
        const first = yield* counterfoil(["demo"], {}, { cwd })
        yield* until(
          "rows",
          Effect.sync(() => rowsIn(fileIn(cwd)) > 0),
          "60 seconds",
          first.stderr
        )
        const rows = rowsIn(fileIn(cwd))
        const second = yield* ran(["demo", "--orders", "100"], {}, { cwd })
        assert.strictEqual(second.code, 0, second.errors)
        assert.include(second.errors, "demo-2.sqlite")
        assert.notInclude(second.errors, "--demo")
        assert.isAtLeast(rowsIn(fileIn(cwd)), rows)
        assert.strictEqual(rowsIn(join(cwd, ".counterfoil", "demo-2.sqlite")), 100)
        yield* first.signal("SIGTERM")
        yield* first.ended
        assert.match(first.stdout(), /^order-stored +[1-9]/m)
      }),
    120_000
  )

  it.live("a folder that it cannot write to ends it with exit 2 and one line, and is no bug", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      writeFileSync(join(cwd, ".counterfoil"), "a file where the folder should be")
      const ended = yield* ran(["demo", "--orders", "1"], {}, { cwd })
      assert.strictEqual(ended.code, 2, ended.errors)
      assert.lengthOf(ended.told, 1, ended.errors)
      assert.match(
        ended.told[0] ?? "",
        /^counterfoil: the demo keeps its table in .*\.counterfoil: .*; start/
      )
    })
  )

  it.live("a port that was asked for and is taken ends it with exit 2 and one line", () =>
    Effect.gen(function* () {
      const cwd = yield* folder
      const server = yield* listening
      const address = server.address()
      const port = typeof address === "object" && address !== null ? String(address.port) : ""
      const ended = yield* ran(["demo", "--port", port], {}, { cwd })
      assert.strictEqual(ended.code, 2, ended.errors)
      assert.lengthOf(ended.told, 1, ended.errors)
      assert.include(ended.told[0], "the port is taken")
    })
  )
})

const listeningOn = (host: string, port: number) =>
  Effect.acquireRelease(
    Effect.promise(
      () =>
        new Promise<Server>((resolve) => {
          const server = createServer().listen(port, host, () => resolve(server))
        })
    ),
    (server) => Effect.sync(() => server.close())
  )

const listening = listeningOn("127.0.0.1", 0)

/** How many rows a demo's file has; 0 where it is not there yet. */
const rowsIn = (file: string): number => {
  if (!existsSync(file)) return 0
  const database = new DatabaseSync(file, { readOnly: true })
  try {
    return Number(database.prepare("SELECT count(*) AS rows FROM orders_payments_facts").get()?.["rows"] ?? 0)
  } catch {
    return 0
  } finally {
    database.close()
  }
}

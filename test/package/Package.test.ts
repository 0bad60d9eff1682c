import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { bytesLoaded, isOfLibrary, publicModules, resolved } from "./Exports.ts"
import {
  filesIn,
  install,
  installExample,
  manifest,
  pack,
  removeFolder,
  root,
  runProgram,
  runTool,
  type Tarball,
  temporaryFolder
} from "./Tarball.ts"

const folder = temporaryFolder()
let tarball: Tarball

beforeAll(() => {
  tarball = pack(folder)
})

afterAll(() => removeFolder(folder))

const sources = filesIn(join(root, "src"))

/** What an import loads at once, of ours. **Units**: KiB. */
const budgets: Readonly<Record<string, number>> = {
  "./pubsub": 0.4,
  "./pubsub/google/GooglePubSub": 140,
  "./pubsub/memory/MemoryPubSub": 86,
  "./cassandra": 82,
  "./deadletters": 32,
  "./pipeline": 78,
  "./testing": 90
}

describe("the package", () => {
  it("holds the program, the library with declarations and source maps, the schema, the page, and nothing else", () => {
    const built = sources.filter(isOfLibrary).flatMap((source) => {
      const path = `dist/${source.replace(/\.ts$/, "")}`
      return [`${path}.js`, `${path}.js.map`, `${path}.d.ts`]
    })
    const program = tarball.files.filter((path) => path.startsWith("dist/program/"))
    const chunks = program.filter((path) => path.endsWith(".js"))
    // The bundler's own few lines have no source.
    const maps = chunks.filter((path) => !path.endsWith("/rolldown-runtime.js")).map((path) => `${path}.map`)
    expect(program).toEqual([...chunks, ...maps, "dist/program/licenses.txt"].toSorted())
    expect(chunks).toContain("dist/program/main.js")
    const pages = ["AGENTS.md", "CHANGELOG.md", "LICENSE", "README.md", "docs/api.md", "docs/licenses.md"]
    const schema = filesIn(join(root, "cql")).map((name) => `cql/${name}`)
    const page = filesIn(join(root, "page"))
      .filter((name) => name !== "tsconfig.json")
      .map((name) => `page/${name}`)
    expect(tarball.files).toEqual(
      [...built, ...program, ...pages, ...schema, ...page, "bin/counterfoil.js", "package.json"].toSorted()
    )
  })

  it("has source maps that hold their sources, which it does not", () => {
    const map = JSON.parse(readFileSync(join(tarball.unpacked, "dist/pipeline/Pipeline.js.map"), "utf8"))
    expect(map.sourcesContent).toEqual([readFileSync(join(root, "src/pipeline/Pipeline.ts"), "utf8")])
  })

  it("keeps the licence of each package that the bundled program holds a copy of", () => {
    const program = join(tarball.unpacked, "dist/program")
    const maps = filesIn(program).filter((path) => path.endsWith(".map"))
    const origins: ReadonlyArray<string> = maps.flatMap(
      (path) => JSON.parse(readFileSync(join(program, path), "utf8")).sources
    )
    const packages = new Set(
      origins.flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? [])
    )
    expect(packages).toContain("effect")
    // Paths of the machine that built it say nothing to anybody else.
    expect(origins.filter((path) => !/^\.\.\/\.\.\/(src|node_modules)\//.test(path))).toEqual([])
    const text = readFileSync(join(program, "licenses.txt"), "utf8")
    const notices = text.split(/^-{80}$/m)
    for (const name of [...packages, "rolldown"]) {
      const [notice = ""] = notices.filter((one) => new RegExp(`^${name} \\d`, "m").test(one))
      expect(notice, name).toMatch(/Copyright/)
    }
    // The clients of Google and of Cassandra are not copied: they come as packages, as they are.
    expect([...packages].filter((name) => /google|grpc|cassandra/.test(name))).toEqual([])
  })

  it("has maps that lead from the bundled program to the sources", () => {
    const place = join(folder, "traces")
    install(tarball, place)
    const main = join(place, "node_modules/counterfoil/dist/program/main.js")
    const position = `
      const { SourceMap } = await import("node:module")
      const { readFileSync } = await import("node:fs")
      const lines = readFileSync(${JSON.stringify(main)}, "utf8").split("\\n")
      const line = lines.findIndex((text) => text.includes("watchProcess();"))
      const map = new SourceMap(JSON.parse(readFileSync(${JSON.stringify(`${main}.map`)}, "utf8")))
      console.log(map.findEntry(line, 0).originalSource)`
    expect(runNode(position, place).trim()).toMatch(/src\/main\.ts$/)
  })

  it("brings nothing along that only its development needs", () => {
    const packed: Readonly<Record<string, unknown>> = JSON.parse(
      readFileSync(join(tarball.unpacked, "package.json"), "utf8")
    )
    expect(packed["dependencies"]).toEqual(manifest.dependencies)
    expect(packed["peerDependencies"]).toEqual(manifest.peerDependencies)
    expect(packed["optionalDependencies"]).toBeUndefined()
    expect(packed["scripts"]).toBeUndefined()
  })

  it("is in order for publint and for arethetypeswrong", () => {
    expect(runTool("publint", [tarball.file, "--strict"], folder)).toContain("All good!")
    runTool("attw", [tarball.file, "--profile", "esm-only"], folder)
  })
})

describe("what others may import", () => {
  it("is what stands in the library's folders, and is closed otherwise", () => {
    const names = publicModules.map(({ name }) => name)
    expect(names.filter((name) => /\/(internal\/|Limits$)/.test(name))).toEqual([])
    const internal = sources.filter((source) => source.includes("/internal/"))
    const leaking = [
      ...internal,
      "cli/Cli.ts",
      "main.ts",
      "App.ts",
      "domain/Order.ts",
      "time/Backoff.ts"
    ].filter((source) => typeof resolved(`./${source.replace(/\.ts$/, "")}`) === "string")
    expect(leaking).toEqual([])
    expect(names).toEqual(
      expect.arrayContaining(Object.keys(budgets).map((name) => name.replace(".", "counterfoil")))
    )
  })

  it("loads from the installed package, without the clients of Google and Cassandra", () => {
    const place = join(folder, "loads")
    install(tarball, place)
    // Those that register tests load only where tests run.
    const names = publicModules.map(({ name }) => name).filter((name) => !name.endsWith("Suite"))
    const script = `
      import { registerHooks } from "node:module"
      const loaded = []
      registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
      for (const name of ${JSON.stringify(names)}) await import(name)
      console.log(loaded.filter((url) => /google-cloud|grpc|cassandra-driver|vitest/.test(url)).length)`
    expect(runNode(script, place).trim()).toBe("0")
    for (const closed of ["counterfoil", "counterfoil/main", "counterfoil/cassandra/internal/Cluster"])
      expect(() => runNode(`await import("${closed}")`, place)).toThrow("ERR_PACKAGE_PATH_NOT_EXPORTED")
  })

  it("has declarations without errors of their own, however strict the reader", () => {
    const place = join(folder, "loads")
    const text = publicModules.map(
      ({ name }, index) => `import * as m${index} from "${name}"\nexport { m${index} }`
    )
    runNode(`(await import("node:fs")).writeFileSync("All.ts", ${JSON.stringify(text.join("\n"))})`, place)
    const strict = ["--strict", "--exactOptionalPropertyTypes", "--skipLibCheck", "false"]
    const wanted = [
      "--noEmit",
      "--ignoreConfig",
      "--target",
      "es2024",
      "--module",
      "nodenext",
      "--types",
      "node"
    ]
    let found = ""
    try {
      runTool("tsc", [...strict, ...wanted, "--pretty", "false", "All.ts"], place)
    } catch (error) {
      found = String(error)
    }
    // Google's own contradict each other.
    expect(found.split("\n").filter((line) => /^(All\.ts|node_modules\/counterfoil)/.test(line))).toEqual([])
  })

  it.each(Object.entries(budgets))("%s loads at most %d KiB of ours", (name, kibibytes) => {
    const bytes = bytesLoaded(join(tarball.unpacked, String(resolved(name))))
    expect(bytes / 1024).toBeLessThanOrEqual(kibibytes)
    // A budget far above what is needed is none.
    expect(bytes / 1024).toBeGreaterThan(kibibytes * 0.7)
  })
})

describe("the contract of the Pub/Sub ports", () => {
  it("runs from the installed package, on an implementation that its user brings", () => {
    const place = join(folder, "contract")
    install(tarball, place)
    writeFileSync(
      join(place, "Contract.test.ts"),
      `import { MemoryPubSub } from "counterfoil/pubsub/memory/MemoryPubSub"
       import { pubSubSuite } from "counterfoil/testing/PubSubSuite"
       pubSubSuite("memory", MemoryPubSub.layer, { clock: "test", cannotShow: ["permissions"] })`
    )
    expect(runTool("vitest", ["run", "--root", place], place)).toMatch(/Tests .*[3-9]\d passed/)
  })
})

describe("an example, compiled and tested against the installed package", () => {
  it.each(["temperatures", "subscriber"])("%s", (name) => {
    const example = installExample(tarball, name, folder)
    expect(existsSync(join(example, "dist", "main.js"))).toBe(true)
    expect(runTool("vitest", ["run", "--root", example], example)).toMatch(/Tests .*passed/)
  })

  it("the program of temperatures has less than 60 lines, without imports and comments", () => {
    const lines = filesIn(join(root, "examples/temperatures/src"))
      .flatMap((file) => readFileSync(join(root, "examples/temperatures/src", file), "utf8").split("\n"))
      .filter((line) => !/^\s*(\/\/|\/\*\*.*\*\/|$)|^import /.test(line))
    expect(lines.length).toBeLessThan(60)
  })
})

/** The program of this text, run as a module in a folder. */
const runNode = (text: string, cwd: string): string =>
  runProgram(process.execPath, ["--input-type=module", "--eval", text], cwd)

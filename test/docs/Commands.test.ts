import { globSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { formOf, formText, isRunBy } from "./CommandForm.ts"
import { documents, read, root, scripts } from "./Documents.ts"
import { objectionsTo } from "./DryRun.ts"
import { objectionsToNpm, scriptOf } from "./NpmLine.ts"
import { filled } from "./Placeholders.ts"
import { runForms } from "./RunForms.ts"
import { type ShownCommand, shownCommands } from "./ShownCommands.ts"

const shown = documents.flatMap((document) => shownCommands(document))
const of = (program: ShownCommand["program"]) => shown.filter((command) => command.program === program)
const told = ({ args, document, line, program }: ShownCommand): string =>
  `${document}:${line}: ${program} ${args.join(" ")}`

/** What stands in for what the reader replaces: an id, and a name. */
const values = ["1", "name"]

/** Why the program would refuse a command; a mention may end before its value or argument. */
const refusal = async ({ args, isMention }: ShownCommand): Promise<string | undefined> => {
  const objections = await Promise.all(filled(args, isMention)(values).map(objectionsTo))
  const isTaken = objections.some((all) => all.every(({ isUnfinished }) => isMention && isUnfinished))
  return isTaken ? undefined : objections[0]?.map(({ message }) => message).join("; ")
}

/** npm scripts and commands of npm that neither a test nor `.ci/run` runs as documents show them, and why. */
const runByNobody: Readonly<Record<string, string>> = {
  "bench:traces": "measures for 5 minutes, on a machine that has nothing else to do",
  docs: "writes the documents; `npm test` runs the same tests, which compare them",
  format: "writes; `npm run lint` finds what it would correct",
  services: "ends with Ctrl-C; tests start the same servers by the same functions",
  "test:faults": "an hour; `npm run test:long` runs two of its scenarios",
  "test:mutants": "an hour; `npm test` sees that each mutant fits the program",
  "test:proof": "measures rates, on a machine that has nothing else to do",
  "test:simulate": "minutes; `npm run test:long` runs 180 seeds",
  "npm audit": "asks the registry",
  "npm init": "of npm; an installation of the package is a test",
  "npm install": "of npm; an installation of the package is a test",
  "npm publish": "publishes",
  "npm sbom": "of npm",
  "npm version": "changes package.json"
}

const ci = read(".ci/run")
/** Here command lines are wrong on purpose. */
const misuses = ["test/cli/Cli.test.ts", "test/cli/Configured.test.ts", "test/cli/DoctorLive.test.ts"]
const sources = globSync("test/**/*.ts", { cwd: root, exclude: ["test/docs/**", ...misuses] }).map(read)

/** Whether `.ci/run` or a test runs a script, or everything that it is made of. */
const isScriptRun = (script: string): boolean => {
  const text = scripts[script] ?? ""
  const parts = text.split(" && ").map((part) => /^npm run ([\w:-]+)$/.exec(part)?.[1] ?? "")
  if (new RegExp(`npm (?:run (?:--silent )?)?${script}(?![\\w:-])`).test(ci)) return true
  if (parts.every((part) => part !== "")) return parts.every(isScriptRun)
  const file = /^bash (\S+)$/.exec(text)?.[1]
  return (
    file !== undefined &&
    sources.join().includes(JSON.stringify(file.split("/")).slice(1, -1).replace(",", ", "))
  )
}

describe("a command in a document", () => {
  it("is found in blocks and in sentences", () => {
    expect(of("counterfoil").filter(({ isMention }) => !isMention).length).toBeGreaterThan(15)
    expect(of("counterfoil").length).toBeGreaterThan(150)
    expect(of("npm").length).toBeGreaterThan(50)
    expect(new Set(shown.map(({ document }) => document)).size).toBeGreaterThan(20)
  })

  it("of counterfoil is one that the program takes, with flags and values that it takes", async () => {
    const refused = await Promise.all(
      of("counterfoil").map(async (one) => ({ one, why: await refusal(one) }))
    )
    expect(refused.flatMap(({ one, why }) => (why === undefined ? [] : [`${told(one)}: ${why}`]))).toEqual([])
  })

  it("of counterfoil is run by a test: in a block with the same flags, in a sentence with these and perhaps more", () => {
    const forms = runForms(sources)
    const missing = of("counterfoil").filter(
      ({ args, isMention }) => !forms.some((form) => isRunBy(formOf(args), form, isMention))
    )
    expect(missing.map((one) => `${told(one)} (${formText(formOf(one.args))})`)).toEqual([])
  })

  it("of npm names a script that there is, with options that it takes", async () => {
    const wrong = await Promise.all(
      of("npm").map(async (one) => (await objectionsToNpm(one)).map((why) => `${told(one)}: ${why}`))
    )
    expect(wrong.flat()).toEqual([])
  })

  it("of npm is run by .ci/run or a test, or there is a reason why not", () => {
    const names = of("npm").map(({ args }) => scriptOf(args) ?? `npm ${args[0]}`)
    const isRun = (name: string) => (name.startsWith("npm ") ? ci.includes(name) : isScriptRun(name))
    const left = [...new Set(names)].filter((name) => !isRun(name)).toSorted()
    expect(left).toEqual(Object.keys(runByNobody).toSorted())
  })

  it("of vitest names tests and projects that there are", () => {
    // Nothing in `.ci/run` runs proofs.
    const files = globSync(["test/**/*.test.ts", "examples/*/test/*.test.ts"], {
      cwd: root,
      exclude: ["**/*.proof.test.ts"]
    })
    const config = read("vitest.config.ts")
    const isRight = (word: string, before: string | undefined): boolean => {
      if (before === "--project") return config.includes(`name: "${word}"`)
      return word.startsWith("--")
        ? ["--project", "--update"].includes(word)
        : files.some((file) => file.includes(word))
    }
    const wrong = of("vitest").filter(
      ({ args: [run, ...rest] }) =>
        run !== "run" || !rest.every((word, index) => isRight(word, rest[index - 1]))
    )
    expect(wrong.map(told)).toEqual([])
  })
})

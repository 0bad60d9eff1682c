/** What code of this project does not do. */
import { codeOnly, functionsOf } from "./Code.ts"
import { type Finding, matches, type Rule, type Source } from "./Rule.ts"

const isTypeScript = (path: string): boolean => path.endsWith(".ts")
const inSrc = (path: string): boolean => path.startsWith("src/") && isTypeScript(path)
const ourCode = (path: string): boolean => /^(src|test|bench)\//.test(path) && isTypeScript(path)

const here = (text: string, path = "src/pipeline/Pipeline.ts"): Source => ({ path, text })

/** A rule that forbids a pattern in code; comments and strings may contain it. */
const forbids = (
  name: string,
  pattern: RegExp,
  examples: { readonly bad: ReadonlyArray<string>; readonly good: ReadonlyArray<string> },
  covers = inSrc
): Rule => ({
  name,
  covers,
  find: ({ text }) => matches(codeOnly(text), pattern),
  bad: examples.bad.map((text) => here(text)),
  good: examples.good.map((text) => here(text))
})

const supervision = /\/\/ supervised: \S/

const unsupervised = ({ text }: Source): ReadonlyArray<Finding> => {
  const lines = text.split("\n")
  return matches(codeOnly(text), /\bfork(Child|Scoped|In)\b/g).filter(({ line }) => {
    // The comment stands on the line itself, or above it with at most the rest of the statement between.
    const near = lines.slice(Math.max(0, line - 6), line)
    return !near.some((each) => supervision.test(each))
  })
}

const undocumented = ({ text }: Source): ReadonlyArray<Finding> => {
  const lines = text.split("\n")
  return lines.flatMap((line, index) => {
    const name =
      /^export (?:default |declare |async |abstract )*(?:class|const|function\*?|interface|type|enum|let) ([\w$]+)/.exec(
        line
      )?.[1]
    if (name === undefined && !/^export default /.test(line)) return []
    // A further overload stands right below the one that is documented.
    const overload =
      name !== undefined && new RegExp(`^export function ${name}\\b`).test(lines[index - 1] ?? "")
    // The type of a schema's values carries the schema's name and documentation.
    const companion = line === `export type ${name} = typeof ${name}.Type`
    return (lines[index - 1] ?? "").endsWith("*/") || overload || companion
      ? []
      : [{ line: index + 1, what: line }]
  })
}

// A service's constructor is what elsewhere would be a class body: the functions within it count for themselves.
const longFunctions = ({ text }: Source): ReadonlyArray<Finding> =>
  functionsOf(text)
    .filter(({ own, lines }) => own > 60 || lines > 120)
    .map(({ line, lines, own }) => ({ line, what: `a function of ${lines} lines, ${own} of its own` }))

const filled = (lines: number): string => "  step()\n".repeat(lines)

/** The rules on code. */
export const codeRules: ReadonlyArray<Rule> = [
  {
    ...forbids("the environment is read in src/config alone", /\bprocess\.env\b/g, {
      bad: ["const home = process.env.HOME"],
      good: ["// as process.env has it"]
    }),
    covers: (path) => inSrc(path) && !path.startsWith("src/config/")
  },
  forbids("nothing is written with console", /\bconsole\b/g, {
    bad: ["console.log(1)"],
    good: [`const kind = "console"`, "Console.log(1)"]
  }),
  forbids("time comes from Clock", /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/g, {
    bad: ["const now = Date.now()", "new Date()"],
    good: ["new Date(millis)", "// not Date.now()"]
  }),
  forbids("no type is any", /\bas any\b|[:<,|&]\s*any\b(?!\s*:)|\bany\[\]/g, {
    bad: ["const x = y as any", "const f = (x: any) => x", "type A = Array<any>"],
    good: ["const any = 1", "// : any", "Schema.any(x)"]
  }),
  forbids("no value is asserted to be there", /[\w)\]]!(?![=\w])/g, {
    bad: ["const a = list[0]!", "get(x)!.name"],
    good: ["if (a !== b) c()", "if (!a) b()", "a != b"]
  }),
  forbids("no effect is run inside of effects", /\bEffect\.run(Sync|SyncExit|Promise|PromiseExit|Fork)\b/g, {
    bad: ["const x = Effect.runSync(y)"],
    good: ["Effect.runForkWith(context)"]
  }),
  forbids("no fiber is let loose", /\bfork(Detach|Daemon)\b/g, {
    bad: ["yield* Effect.forkDetach(work)"],
    good: ["yield* Effect.forkScoped(work)"]
  }),
  {
    name: "each fork says who notices its failure: // supervised: by …",
    covers: inSrc,
    find: unsupervised,
    bad: [
      here("yield* Effect.forkScoped(work)"),
      here("// supervised:\nyield* Effect.forkChild(work)"),
      here(`// supervised: by the scope${"\n".repeat(8)}yield* Effect.forkScoped(work)`)
    ],
    good: [
      here("yield* Effect.forkScoped(work) // supervised: by the join below"),
      here(
        "// supervised: a failure ends the stream\nconst fiber = yield* loop.pipe(\n  Effect.forkScoped\n)"
      )
    ]
  },
  {
    name: "what is left to do is not left in the code",
    covers: ourCode,
    find: ({ text }) => matches(text, /\b(TO[D]O|FIX[M]E|XX[X])\b/g),
    bad: [here(`// ${"TO"}DO: mend`), here(`// ${"FIX"}ME`)],
    good: [here("const todo = 1")]
  },
  {
    name: "no test is focused or left out",
    covers: (path) => path.startsWith("test/") && isTypeScript(path),
    find: ({ text }) => matches(codeOnly(text), /\b(it|test|describe)(\.\w+)*\.(only|skip|todo|fails)\b/g),
    bad: [
      here(`it.${"only"}("x", f)`, "test/A.test.ts"),
      here(`describe.${"skip"}("x", f)`, "test/A.test.ts")
    ],
    good: [here(`it.effect("only", f)`, "test/A.test.ts")]
  },
  {
    name: "no test listens on a port of its own choice, as another run on the machine may have it",
    covers: (path) => /^(test|bench)\/(?!config\/)/.test(path) && isTypeScript(path),
    find: ({ text }) => matches(text, /(\.listen\(|\bHTTP_PORT: "|"--port", ")[1-9]\d*/g),
    bad: [
      here(`const set = { HTTP_${"PORT"}: "18085" }`, "test/A.test.ts"),
      here(`createServer().${"listen"}(8080)`, "test/A.test.ts")
    ],
    good: [
      here(`const set = { HTTP_PORT: "0", other: { HTTP_PORT: String(port) } }`, "test/A.test.ts"),
      here("createServer().listen(0)", "test/A.test.ts")
    ]
  },
  {
    name: "every export has a doc comment",
    covers: inSrc,
    find: undocumented,
    bad: [here("export const a = 1"), here("// why\nexport class B {}"), here("\nexport default thing")],
    good: [
      here("/** One. */\nexport const a = 1"),
      here("/** One. */\nexport const Id = Schema.Int\nexport type Id = typeof Id.Type"),
      here("/** Two. */\nexport function b(x: string): void\nexport function b(x: number): void")
    ]
  },
  {
    name: "no comment is a banner",
    covers: ourCode,
    find: ({ text }) => matches(text, /^\s*\/[/*]+\s*[-=*#─]{4,}/gm),
    bad: [here("// ------- parts -------"), here("/* ===== */")],
    good: [here("/** A dash - here. */")]
  },
  {
    name: "no function has more than 60 lines of its own, or 120 with those nested in it",
    covers: inSrc,
    find: longFunctions,
    bad: [
      here(`const f = () => {\n${filled(60)}}`),
      here(`const g = Effect.gen(function* () {\n${filled(60)}})`),
      here(`export function h(a = ")") {\n${filled(60)}}`),
      here(`const f = () => {\n${`const g = () => {\n${filled(38)}}\n`.repeat(3)}}`)
    ],
    good: [
      here(`const f = () => {\n${filled(58)}}\nconst g = () => {\n${filled(58)}}`),
      here(`const f = () => {\n${filled(30)}const g = () => {\n${filled(58)}}\n}`)
    ]
  }
]

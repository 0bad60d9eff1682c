/** How files are called, and what no file of the repository contains. */
import { basename } from "node:path"
import { type Finding, matches, type Rule, type Source } from "./Rule.ts"

const isTypeScript = (path: string): boolean => path.endsWith(".ts")

const named = (path: string): Source => ({ path, text: "" })

/** A rule on names alone. */
const onNames = (
  name: string,
  covers: (path: string) => boolean,
  offends: (path: string) => boolean,
  examples: { readonly bad: ReadonlyArray<string>; readonly good: ReadonlyArray<string> }
): Rule => ({
  name,
  covers,
  find: ({ path }) => (offends(path) ? [{ line: 1, what: basename(path) }] : []),
  bad: examples.bad.map(named),
  good: examples.good.map(named)
})

const saysNothing = /^(utils?|helpers?|commons?|misc|shared|lib)$|(Utils?|Helpers?|Common|Misc)$/i

const inexactVersions = ({ text }: Source): ReadonlyArray<Finding> => {
  const manifest: Readonly<Record<string, unknown>> = JSON.parse(text)
  return ["dependencies", "devDependencies", "optionalDependencies"].flatMap((group) =>
    Object.entries(manifest[group] ?? {}).flatMap(([name, version]) =>
      /^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)) ? [] : [{ line: 1, what: `${name}: ${version}` }]
    )
  )
}

const manifestWith = (dependencies: Readonly<Record<string, string>>): Source => ({
  path: "package.json",
  text: JSON.stringify({ dependencies })
})

// Written in two parts, so that this file does not contain what it forbids.
const registry = `https:${"//"}registry.example.org/effect`
const machinePath = `"${"/"}work/main/src"`

/** The rules on the repository. */
export const repositoryRules: ReadonlyArray<Rule> = [
  onNames(
    "a file of src is called after one noun, in PascalCase",
    (path) => path.startsWith("src/") && isTypeScript(path) && path !== "src/main.ts",
    (path) => !/^[A-Z][A-Za-z0-9]*\.ts$/.test(basename(path)),
    {
      bad: ["src/ingest/waiting-room.ts", "src/cli/run.ts"],
      good: ["src/ingest/WaitingPayments.ts", "src/main.ts"]
    }
  ),
  onNames(
    "no name says nothing",
    isTypeScript,
    (path) =>
      path
        .replace(/(\.((integration|long)\.)?test)?\.ts$/, "")
        .split("/")
        .some((part) => saysNothing.test(part)),
    {
      bad: ["src/ingest/utils/Text.ts", "src/domain/StringHelpers.ts", "test/common.test.ts"],
      good: ["src/domain/Text.ts", "src/domain/CommonName.ts"]
    }
  ),
  onNames("there are no barrels", isTypeScript, (path) => basename(path) === "index.ts", {
    bad: ["src/domain/index.ts"],
    good: ["src/domain/Index.ts"]
  }),
  {
    name: "no file hands on all of another",
    covers: isTypeScript,
    find: ({ text }) => matches(text, /^export \* /gm),
    bad: [{ path: "src/domain/All.ts", text: `export * from "../support/style/Order.ts"` }],
    good: [{ path: "src/domain/All.ts", text: "/** One. */\nexport const one = 1" }]
  },
  {
    name: "no file names a registry's host or a path of one machine",
    covers: () => true,
    find: ({ text }) =>
      matches(
        text,
        /https?:\/\/[a-z0-9.-]*(registry|maven|crates|pythonhosted|goproxy)[a-z0-9.-]*|(^|[^\w.])\/(work|root|farm|Users|home\/\w+)\/\S*/gm
      ),
    bad: [
      { path: "package-lock.json", text: `"resolved": "${registry}"` },
      { path: "src/cli/commands/RunCommand.ts", text: `const file = ${machinePath}` }
    ],
    good: [
      { path: "src/cli/commands/RunCommand.ts", text: `import { work } from "./work/Thing.ts"` },
      { path: "README.md", text: "https://github.com/apache/cassandra" }
    ]
  },
  {
    name: "package-lock.json names no registry",
    covers: (path) => path === "package-lock.json",
    find: ({ text }) => matches(text, /"resolved": "http[^"]*/g),
    bad: [{ path: "package-lock.json", text: `"resolved": "${registry}"` }],
    good: [{ path: "package-lock.json", text: `"integrity": "sha512-x"` }]
  },
  {
    name: "package.json names exact versions",
    covers: (path) => path === "package.json",
    find: inexactVersions,
    bad: [manifestWith({ effect: "^4.1.0" }), manifestWith({ effect: "latest" })],
    good: [manifestWith({ effect: "4.1.0", other: "1.0.0-rc.1" })]
  }
]

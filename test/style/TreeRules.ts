/** What holds of the files of a folder together: how long they are, and that their imports make no circle. */
import { importGraph, inCircles } from "./ImportGraph.ts"
import type { Source } from "./Rule.ts"

/** A rule on many files, with examples of its own, so that it is known to see what it forbids. */
export interface TreeRule {
  /** A sentence: what holds. */
  readonly name: string
  /** One line a finding; none where the rule holds. */
  readonly find: (sources: ReadonlyArray<Source>) => ReadonlyArray<string>
  /** Each must give at least one finding. */
  readonly bad: ReadonlyArray<ReadonlyArray<Source>>
  /** Each must give none. */
  readonly good: ReadonlyArray<ReadonlyArray<Source>>
}

const medianMax = 75
const p90Max = 170
const longestMax = 260

const linesOf = ({ text }: Source): number => text.trimEnd().split("\n").length

const typeScriptIn =
  (...folders: ReadonlyArray<string>) =>
  ({ path }: Source): boolean =>
    path.endsWith(".ts") && folders.some((folder) => path.startsWith(`${folder}/`))

const shareAt = (sorted: ReadonlyArray<number>, share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? 0

const sizesOf =
  (folder: string) =>
  (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
    const lines = sources
      .filter(typeScriptIn(folder))
      .map(linesOf)
      .toSorted((a, b) => a - b)
    const median = shareAt(lines, 0.5)
    const p90 = shareAt(lines, 0.9)
    return [
      ...(median > medianMax ? [`${folder}: the median file has ${median} lines, ${medianMax} allowed`] : []),
      ...(p90 > p90Max ? [`${folder}: a tenth of the files has ${p90} lines or more, ${p90Max} allowed`] : [])
    ]
  }

const longFiles = (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
  sources
    .filter(typeScriptIn("src", "bench", "test"))
    .filter((source) => linesOf(source) > longestMax)
    .map((source) => `${source.path}: ${linesOf(source)} lines, ${longestMax} allowed`)

const circlesIn =
  (...folders: ReadonlyArray<string>) =>
  (sources: ReadonlyArray<Source>): ReadonlyArray<string> =>
    inCircles(importGraph(sources.filter(typeScriptIn(...folders)))).map(
      (path) => `${path} imports itself, by way of others`
    )

const at = (path: string, text: string): Source => ({ path, text })
const withLines = (path: string, lines: number): Source => at(path, "step()\n".repeat(lines))
const files = (folder: string, ...lines: ReadonlyArray<number>): ReadonlyArray<Source> =>
  lines.map((count, index) => withLines(`${folder}/Thing${index}.ts`, count))

const sizeRule = (folder: string): TreeRule => ({
  name: `${folder}: half of the files have at most ${medianMax} lines, nine of ten at most ${p90Max}`,
  find: sizesOf(folder),
  bad: [files(folder, 10, 76, 77), files(folder, ...Array.from({ length: 10 }, () => 20), 180, 180, 180)],
  good: [files(folder, 10, 75, 90), files(folder, ...Array.from({ length: 10 }, () => 20), 180)]
})

const circleRule = (folder: string): TreeRule => ({
  name: `${folder}: no import leads back to where it began`,
  find: circlesIn(folder),
  bad: [
    [
      at(`${folder}/a/A.ts`, `import type { B } from "../b/B.ts"`),
      at(`${folder}/b/B.ts`, `export { C } from "./C.ts"`),
      at(`${folder}/b/C.ts`, `const a = () => import("../a/A.ts")`)
    ]
  ],
  good: [
    [
      at(`${folder}/a/A.ts`, `import type { B } from "../b/B.ts"`),
      at(`${folder}/b/B.ts`, `import { readFile } from "node:fs"`)
    ]
  ]
})

/** The rules on many files together. */
export const treeRules: ReadonlyArray<TreeRule> = [
  sizeRule("src"),
  sizeRule("bench"),
  {
    name: `no file is longer than ${longestMax} lines`,
    find: longFiles,
    bad: [[withLines("src/Thing.ts", 261)], [withLines("test/Thing.test.ts", 261)]],
    good: [[withLines("src/Thing.ts", 260), withLines("docs/Thing.ts", 400)]]
  },
  circleRule("src"),
  circleRule("bench")
]

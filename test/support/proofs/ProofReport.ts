/** The page that a long proof leaves for the repository. */
import { mkdirSync, writeFileSync } from "node:fs"
import { availableParallelism, cpus } from "node:os"
import { dirname } from "node:path"
import type { ProofResult } from "./ProofFile.ts"
import type { TestedTree } from "./TestedTree.ts"

/** What a page says. */
export interface Proof {
  readonly title: string
  /** How to see it again. */
  readonly command: string
  /** In a sentence: what holds where every part holds. */
  readonly claim: string
  readonly tree: TestedTree
  /** How many parts there are, tried or not. */
  readonly parts: number
  readonly results: ReadonlyArray<ProofResult>
  /** What the table lists instead of the results, where it would be long: parts that follow each other, as one. */
  readonly rows?: ReadonlyArray<ProofResult>
  /** What the page says besides. */
  readonly sections?: ReadonlyArray<ProofSection>
}

/** A table of its own. */
export interface ProofSection {
  readonly title: string
  readonly text: string
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** Writes the page. */
export const writeProofReport = (path: string, proof: Proof): void => {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, proofReport(proof))
}

/** The text of the page. */
export const proofReport = ({
  title,
  command,
  claim,
  tree,
  parts,
  results,
  rows = results,
  sections = []
}: Proof): string => {
  const failed = results.filter(({ holds }) => !holds)
  const ends = results.map(({ at }) => at).sort()
  const seconds = results.reduce((sum, one) => sum + one.seconds, 0)
  const missing = parts - results.length
  return [
    `# ${title}`,
    "",
    claim,
    "",
    "| | |",
    "|---|---|",
    `| command | \`${command}\` |`,
    `| result | ${results.length - failed.length} of ${parts} hold${failed.length > 0 ? `, ${failed.length} FAILED` : ""}${missing > 0 ? `, ${missing} not tried` : ""} |`,
    `| program | commit ${tree.commit}; content ${tree.hash} |`,
    `| tried | from ${minute(ends[0])} to ${minute(ends.at(-1))} UTC |`,
    `| took | ${duration(seconds)} in all, some of it side by side |`,
    `| machine | ${availableParallelism()} × ${cpus()[0]?.model ?? "?"}, Node ${process.versions.node} |`,
    "",
    ...(failed.length === 0 ? [] : ["## Failed", "", ...tableOf(failed), ""]),
    "## All",
    "",
    ...tableOf(rows),
    "",
    ...sections.flatMap(sectionOf)
  ].join("\n")
}

const sectionOf = ({ title, text, columns, rows }: ProofSection): ReadonlyArray<string> => [
  `## ${title}`,
  "",
  text,
  "",
  `| ${columns.join(" | ")} |`,
  `|${columns.map(() => "---").join("|")}|`,
  ...rows.map((row) => `| ${row.map(cell).join(" | ")} |`),
  ""
]

const tableOf = (results: ReadonlyArray<ProofResult>): ReadonlyArray<string> => [
  "| part | holds | what was seen | took |",
  "|---|---|---|---|",
  ...results.map(
    ({ part, holds, said, seconds }) =>
      `| ${cell(part)} | ${holds ? "yes" : "**NO**"} | ${cell(said)} | ${duration(seconds)} |`
  )
]

const cell = (text: string): string => text.replaceAll(/\s+/g, " ").replaceAll("|", "\\|").trim()

const minute = (at: string | undefined): string => at?.slice(0, 16).replace("T", " ") ?? "never"

const duration = (seconds: number): string =>
  seconds < 100 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(0)} min`

/** Says what came of a mutant, in lines for people and for the page. */
import type { ProofFile } from "../support/proofs/ProofFile.ts"
import { writeProofReport } from "../support/proofs/ProofReport.ts"
import type { Mutant } from "./Mutant.ts"
import type { Verdict } from "./Verdict.ts"

/** What a catcher said, in words. */
export const saidIn = (verdict: Verdict): string => {
  switch (verdict._tag) {
    case "Passed":
      return "it passes"
    case "Noticed":
      return verdict.said
    case "Unusable":
      return verdict.why
  }
}

/** The line of the unbroken program. */
export const unbrokenLine = (catcher: string, verdict: Verdict, seconds: number): string =>
  verdict._tag === "Passed"
    ? `unbroken, passes in ${seconds.toFixed(0)} s: ${catcher}`
    : `unbroken, DOES NOT PASS: ${catcher}: ${saidIn(verdict)}`

/** The line of a mutant. */
export const mutantLine = (
  { name, guarantee }: Mutant,
  catcher: string,
  verdict: Verdict,
  seconds: number
): string => {
  const how = { Passed: "NOT NOTICED", Noticed: "noticed", Unusable: "NOT JUDGED" }[verdict._tag]
  return `${name} (${guarantee ?? "–"}) ${how} in ${seconds.toFixed(0)} s by ${catcher}: ${saidIn(verdict)}`
}

/** Writes the page. */
export const writeReport = (
  file: ProofFile,
  parts: ReadonlyArray<string>,
  path: string,
  flags: string
): void =>
  writeProofReport(path, {
    title: "Every mechanism, broken once",
    command: `npm run test:mutants --${flags}`,
    claim:
      "Each catcher passes on the program as it is, and fails by its own judgement on the program with one mechanism broken ([decision 0010](../decisions/0010-mutants.md)).",
    tree: file.tree,
    parts: parts.length,
    results: file.resultsOf(parts)
  })

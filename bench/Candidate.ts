/** The programs that are compared. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { bundledProgram } from "./BundledProgram.ts"
import { binOf, root } from "./Folders.ts"

/** A program that does the work. */
export interface Candidate {
  readonly name: string
  /** What node is given: a file and its arguments. */
  readonly command: ReadonlyArray<string>
}

/** The hand-written loop. */
export const loop: Candidate = { name: "loop", command: [join(root, "bench", "Loop.ts")] }

/** The loop under another name: compared with itself it shows how large differences without a cause are here. */
export const loopAgain: Candidate = { ...loop, name: "loop again" }

/** `counterfoil run` of the sources in this folder, as a user starts it. */
export const counterfoilIn = (folder: string, name: string): Candidate => ({
  name,
  command: [binOf(folder), "run"]
})

/** `counterfoil run` of the working tree's sources: the profile of a bundle would name none of them. */
export const counterfoilFromSources = (): Candidate => {
  if (existsSync(join(root, "dist", "program")))
    throw new Error("dist/program is there, and would be started in place of the sources: remove dist/")
  return counterfoilIn(root, "counterfoil run")
}

/** `counterfoil run` of the working tree, bundled as in the package. Bundles it: a second or two. */
export const counterfoilAsInstalled = (): Candidate => counterfoilIn(bundledProgram(), "counterfoil run")

/** Environment variables of a candidate, besides those that name servers, topics and subscriptions. */
export type Settings = Readonly<Record<string, string>>

/** A payment without an order becomes a dead letter at once, as in the loop. */
export const withoutGrace: Settings = { PAYMENT_GRACE: "0" }

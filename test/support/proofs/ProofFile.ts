/** What a long proof has found already, about the program as it is now. */
import { join } from "node:path"
import { cacheFolder } from "../Cache.ts"
import { RecordFile } from "../RecordFile.ts"
import { type TestedTree, testedTree } from "./TestedTree.ts"

/** What came of one part of a proof. */
export interface ProofResult {
  /** What was tried, in words; no two parts of a proof have the same. */
  readonly part: string
  readonly holds: boolean
  /** One line: what was seen. */
  readonly said: string
  /** **Units**: seconds. */
  readonly seconds: number
  /** What was counted meanwhile, by name. */
  readonly counts?: Readonly<Record<string, number>>
  /** When it ended. **Shape**: ISO 8601. */
  readonly at: string
}

/** The results of one program about one tree, in `.cache/proofs/`. */
export class ProofFile {
  readonly tree: TestedTree
  readonly #file: RecordFile<ProofResult>

  private constructor(tree: TestedTree, file: RecordFile<ProofResult>) {
    this.tree = tree
    this.#file = file
  }

  /** Opens the results of `program` (a word) about the working tree; `isFresh` throws the old ones away. */
  static open(program: string, isFresh: boolean, folder = cacheFolder("proofs")): ProofFile {
    const tree = testedTree(root)
    const path = join(folder, `${program}-${tree.hash}.jsonl`)
    return new ProofFile(tree, RecordFile.open<ProofResult>(path, isFresh))
  }

  get path(): string {
    return this.#file.path
  }

  /** Of these parts those that do not hold yet: never tried, or failed the last time. */
  missing(parts: ReadonlyArray<string>): ReadonlyArray<string> {
    const latest = this.#latest
    return parts.filter((part) => latest.get(part)?.holds !== true)
  }

  /** The latest results of these parts, in their order. */
  resultsOf(parts: ReadonlyArray<string>): ReadonlyArray<ProofResult> {
    const latest = this.#latest
    return parts.flatMap((part) => latest.get(part) ?? [])
  }

  add(part: string, result: Pick<ProofResult, "holds" | "said" | "seconds" | "counts">): void {
    this.#file.append({ part, ...result, at: new Date().toISOString() })
  }

  get #latest(): ReadonlyMap<string, ProofResult> {
    return new Map(this.#file.records.map((one) => [one.part, one]))
  }
}

const root = join(import.meta.dirname, "..", "..", "..")

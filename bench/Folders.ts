/** Where the benchmark finds and keeps its files. */
import { join } from "node:path"

/** The folder of the repository. */
export const root: string = join(import.meta.dirname, "..")

/** What is kept here may be deleted: logs, compiled modules, checkouts of commits, rounds already measured. */
export const cacheFolder: string = join(root, ".cache", "bench")

/** The results that are committed. */
export const resultsFolder: string = join(root, "bench", "results")

/** The command of the Counterfoil in this folder, of any commit. */
export const binOf = (folder: string): string => join(folder, "bin", "counterfoil.js")

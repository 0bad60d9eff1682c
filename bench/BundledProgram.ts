/** The program as the package has it: bundled, in a folder of the benchmark's own. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder, root } from "./Folders.ts"

/** Bundles the working tree, and answers the folder that stands for the installed package. */
export const bundledProgram = (): string => {
  const folder = join(cacheFolder, "program")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const part of ["bin", "cql", "page", "package.json"])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  execFileSync(process.execPath, [join(root, ".ci", "bundle.js"), join(folder, "dist", "program")])
  return folder
}

/** The two Counterfoils that are compared, each in a folder of its own that nobody edits. */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { cacheFolder, root } from "../Folders.ts"

/** One of the two. */
export interface Checkout {
  /** What people call it. */
  readonly name: string
  /** Git's name for the content; the same for the same content. */
  readonly tree: string
  readonly folder: string
}

/** Makes checkouts, in folders that stay for later runs. */
export class Checkouts {
  readonly #repository: string
  readonly #folder: string

  constructor(repository: string = root, folder: string = join(cacheFolder, "checkouts")) {
    this.#repository = repository
    this.#folder = folder
    mkdirSync(folder, { recursive: true })
  }

  /** **Errors**: throws where git does not know the commit, or where its packages cannot be installed. */
  ofCommit(commit: string): Checkout {
    const hash = this.#hashOf(commit)
    return this.#checkOut(this.#git({}, "rev-parse", "--short", hash), this.#treeOf(hash, false))
  }

  /** The working tree as it is now, with what is not committed; what is changed later does not count. */
  ofWorkingTree(): Checkout {
    const head = this.#git({}, "rev-parse", "--short", "HEAD")
    const tree = this.#treeOf("HEAD", true)
    const isChanged = tree !== this.#treeOf("HEAD", false)
    return this.#checkOut(isChanged ? `working tree (${head} with changes)` : `working tree (${head})`, tree)
  }

  #hashOf(commit: string): string {
    try {
      return this.#git({}, "rev-parse", "--verify", "--quiet", `${commit}^{commit}`)
    } catch {
      throw new Error(`git knows no commit ${commit}`)
    }
  }

  /** The content without what does not belong to the command: a changed document makes no other Counterfoil. */
  #treeOf(commit: string, withChanges: boolean): string {
    const index = join(this.#folder, `index-${process.pid}`)
    const environment = { GIT_INDEX_FILE: index }
    try {
      this.#git(environment, "read-tree", commit)
      if (withChanges) this.#git(environment, "add", "--all", "--", ".")
      // By force, because the index is of another commit than HEAD; files stay.
      const options = ["-r", "--force", "--cached", "--quiet", "--ignore-unmatch"]
      this.#git(environment, "rm", ...options, "--", ...notOfTheCommand)
      return this.#git(environment, "write-tree")
    } finally {
      rmSync(index, { force: true })
    }
  }

  #checkOut(name: string, tree: string): Checkout {
    const folder = join(this.#folder, tree.slice(0, 16))
    // Packages that are a link may have gone since.
    if (!existsSync(join(folder, "node_modules", "effect", "package.json"))) {
      rmSync(folder, { recursive: true, force: true })
      const partial = `${folder}-${process.pid}`
      mkdirSync(partial)
      const archive = execFileSync("git", ["archive", tree], {
        cwd: this.#repository,
        maxBuffer: archiveBytes
      })
      execFileSync("tar", ["-x", "-C", partial], { input: archive })
      this.#addPackages(partial)
      renameSync(partial, folder)
    }
    return { name, tree, folder }
  }

  /** The packages of the working tree where they are the same ones, else its own, without those for development. */
  #addPackages(folder: string): void {
    const lockOf = (of: string) => readFileSync(join(of, "package-lock.json"), "utf8")
    if (lockOf(folder) === lockOf(this.#repository)) {
      symlinkSync(realpathSync(join(this.#repository, "node_modules")), join(folder, "node_modules"))
      return
    }
    const args = ["ci", "--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--loglevel=error"]
    execFileSync("npm", args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
  }

  #git(environment: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>): string {
    const env = { ...process.env, ...environment }
    return execFileSync("git", args, { cwd: this.#repository, encoding: "utf8", env }).trim()
  }
}

// Where packages or caches are links, git does not ignore them as it ignores folders.
const notOfTheCommand = ["bench", "test", "docs", ".ci", ":(glob)*.md", "node_modules", ".cache"]
const archiveBytes = 2 ** 30

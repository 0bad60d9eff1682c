/** Which program a proof is about. */
import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** The program that is tested, with its tests: what is committed and what is changed. */
export interface TestedTree {
  /** Git's name for the content of what counts; the same for the same content, and other for any other. */
  readonly hash: string
  /** HEAD, and whether what counts differs from it. */
  readonly commit: string
}

/** Reads the working tree. **Errors**: throws where it is no git repository. */
export const testedTree = (repository: string): TestedTree => {
  const hash = hashOf(repository, ["add", "--all", "--", ...whatCounts])
  const head = hashOf(repository, ["read-tree", "HEAD"], notOf(repository))
  const name = git(repository, {}, "rev-parse", "--short", "HEAD")
  return { hash: hash.slice(0, 12), commit: hash === head ? name : `${name} with changes` }
}

const whatCounts = ["src", "test", "bin", "cql", "package.json", "package-lock.json"]

/** What HEAD has besides, so that both trees hold the same folders. */
const notOf = (repository: string): ReadonlyArray<string> =>
  git(repository, {}, "ls-tree", "--name-only", "HEAD")
    .split("\n")
    .filter((name) => !whatCounts.includes(name))

/** The tree that an empty index becomes by a command of git, without some of its paths. */
const hashOf = (
  repository: string,
  command: ReadonlyArray<string>,
  without: ReadonlyArray<string> = []
): string => {
  const index = join(tmpdir(), `counterfoil-index-${process.pid}`)
  const environment = { GIT_INDEX_FILE: index }
  try {
    git(repository, environment, ...command)
    if (without.length > 0)
      git(repository, environment, "rm", "-r", "--cached", "--force", "--quiet", "--", ...without)
    return git(repository, environment, "write-tree")
  } finally {
    rmSync(index, { force: true })
  }
}

const git = (
  repository: string,
  environment: Readonly<Record<string, string>>,
  ...args: ReadonlyArray<string>
): string =>
  execFileSync("git", args, {
    cwd: repository,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  }).trim()

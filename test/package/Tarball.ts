/** The package as it is published: built beside the repository, packed by npm, and installed where there is no network. */
import { execFileSync } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

/** The repository. */
export const root = join(import.meta.dirname, "..", "..")

/** A packed package. */
export interface Tarball {
  /** The `.tgz`. */
  readonly file: string
  /** The package as the tarball holds it. */
  readonly unpacked: string
  /** What it holds. **Shape**: paths within the package, sorted. */
  readonly files: ReadonlyArray<string>
}

/** What of the manifest a test reads. */
export interface Manifest {
  readonly exports: Readonly<Record<string, string | null>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
}

/** The manifest of the repository. */
export const manifest: Manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))

/** A program of the development dependencies, run by this Node. **Errors**: throws, with its output, where it fails. */
export const runTool = (name: string, args: ReadonlyArray<string>, cwd: string): string =>
  runProgram(process.execPath, [join(root, "node_modules", ".bin", name), ...args], cwd)

/** A program's output. **Errors**: throws, with its output, where it fails. */
export const runProgram = (command: string, args: ReadonlyArray<string>, cwd: string): string => {
  try {
    return execFileSync(command, args, { cwd, env: environment, encoding: "utf8", stdio: "pipe" })
  } catch (error) {
    const { stderr, stdout } = error as { readonly stderr?: string; readonly stdout?: string }
    throw new Error(`${command} ${args.join(" ")} failed\n${stdout ?? ""}${stderr ?? ""}`)
  }
}

/** Builds and packs into a folder, which whoever asked removes. It takes some seconds. */
export const pack = (folder: string): Tarball => {
  runProgram("bash", [join(root, ".ci", "pack"), folder], root)
  const name = readdirSync(folder).find((path) => path.endsWith(".tgz"))
  if (name === undefined) throw new Error("npm pack made no tarball")
  const file = join(folder, name)
  const unpacked = join(folder, "unpacked")
  unpack(file, unpacked)
  return { file, unpacked, files: filesIn(unpacked) }
}

/**
 * Installs a tarball, and beside it nothing but what it says that it needs, and development tools; as npm would, without a
 * registry.
 */
export const install = ({ file }: Tarball, folder: string): void => {
  unpack(file, join(folder, "node_modules", "counterfoil"))
  for (const name of [
    ...Object.keys(manifest.dependencies),
    ...Object.keys(manifest.peerDependencies),
    ...tools
  ]) {
    const link = join(folder, "node_modules", name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(root, "node_modules", name), link)
  }
}

const tools = ["typescript", "@types/node"]

/** A copy of an example with the tarball installed, compiled against its declarations. */
export const installExample = (tarball: Tarball, name: string, folder: string): string => {
  const example = join(folder, name)
  cpSync(join(root, "examples", name), example, { recursive: true })
  install(tarball, example)
  runTool("tsc", ["-p", example], example)
  return example
}

/** A folder in which everything is temporary. */
export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "counterfoil-package-"))

/** Removes what {@link temporaryFolder} made. */
export const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true })

/** The files of a folder. **Shape**: paths within it, sorted. */
export const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => join(parentPath, name).slice(folder.length + 1))
    .toSorted()

const unpack = (file: string, folder: string): void => {
  mkdirSync(folder, { recursive: true })
  runProgram("tar", ["-xzf", file, "-C", folder, "--strip-components", "1"], folder)
}

/** Without what npm tells a script of itself: another npm in another folder would take it for its own settings. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^npm_|^INIT_CWD$/.test(name))
)

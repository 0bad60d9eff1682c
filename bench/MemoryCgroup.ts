/** A limit on the memory of processes, as a container has it: a memory cgroup of Linux, where this user may make one. */
import { randomUUID } from "node:crypto"
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** A limit that is in force. */
export interface MemoryCgroup {
  /** Puts a process into it; what it has already stays outside. */
  readonly add: (pid: number) => void
  /** Removes it; its processes have to have ended. */
  readonly remove: () => void
}

/** Makes a limit; undefined where this user may not, or the system has none. **Units**: MiB. */
export const memoryCgroup = (limit: number): MemoryCgroup | undefined => {
  const kind = kinds.find(({ folder, file }) => existsSync(join(folder, file)))
  if (kind === undefined) return undefined
  const folder = join(kind.folder, `counterfoil-bench-${randomUUID().slice(0, 8)}`)
  try {
    mkdirSync(folder)
    writeFileSync(join(folder, kind.limit), String(limit * 2 ** 20))
  } catch {
    return undefined
  }
  return {
    add: (pid) => writeFileSync(join(folder, "cgroup.procs"), String(pid)),
    remove: () => rmdirSync(folder)
  }
}

/** Of version 1 and version 2: where groups are made, what tells that it is so, and where the limit is written. */
const kinds = [
  { folder: "/sys/fs/cgroup/memory", file: "memory.limit_in_bytes", limit: "memory.limit_in_bytes" },
  { folder: "/sys/fs/cgroup", file: "cgroup.controllers", limit: "memory.max" }
]

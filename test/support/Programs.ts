/** Finds programs that the test servers need. */
import { execFileSync } from "node:child_process"

/** Where the shell finds a program; absent: it is not on the PATH. */
export const onPath = (program: string): string | undefined => {
  try {
    return execFileSync("/bin/sh", ["-c", 'command -v "$1"', "sh", program], { encoding: "utf8" }).trim()
  } catch {
    return undefined
  }
}

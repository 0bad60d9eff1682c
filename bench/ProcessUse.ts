/** What Linux knows about a process: the processor time it used and the memory it had at most. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"

/** User and system time of all threads of the process so far. **Units**: microseconds, in steps of a clock tick. */
export const cpuMicros = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
  // The second field, the command in parentheses, may hold anything; fields 14 and 15 are utime and stime.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * tickMicros
}

/** The most resident memory the process had so far (VmHWM). **Units**: bytes. */
export const peakResidentBytes = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, "latin1")
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024
}

const tickMicros = 1_000_000 / Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }))

/**
 * `node bench/Profile.ts FILE.cpuprofile [LINES]`: where a process spent its processor time, by function and by package.
 *
 * `npm run bench -- --only drain --profile FOLDER` writes such files.
 */
import { readFileSync } from "node:fs"

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

interface CpuProfile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>
  readonly samples: ReadonlyArray<number>
  /** Microseconds since the sample before. */
  readonly timeDeltas: ReadonlyArray<number>
}

const placeOf = ({ url }: CallFrame): string => {
  const inPackage = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\/(.*)$/.exec(url)
  if (inPackage !== null) return `${inPackage[1]}: ${inPackage[2]}`
  return url === "" ? "(the engine)" : url.replace(/^file:\/\/.*?\/(src|dist|bench)\//, "$1/")
}

const packageOf = (frame: CallFrame): string => {
  if (frame.url === "") return frame.functionName.startsWith("(") ? frame.functionName : "(the engine)"
  if (frame.url.startsWith("node:")) return frame.url.split("/").slice(0, 2).join("/")
  const place = placeOf(frame)
  return place.includes(": ") ? place.slice(0, place.indexOf(": ")) : place.slice(0, place.lastIndexOf("/"))
}

const print = (title: string, micros: ReadonlyMap<string, number>, busy: number, lines: number): void => {
  process.stdout.write(`\n${title}\n`)
  for (const [name, time] of [...micros].toSorted(([, a], [, b]) => b - a).slice(0, lines)) {
    const share = ((100 * time) / busy).toFixed(1).padStart(5)
    process.stdout.write(`${share} %  ${(time / 1000).toFixed(0).padStart(6)} ms  ${name}\n`)
  }
}

const [file = "", lines = "40"] = process.argv.slice(2)
const profile: CpuProfile = JSON.parse(readFileSync(file, "utf8"))
const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
const byFunction = new Map<string, number>()
const byPackage = new Map<string, number>()
let busy = 0
for (const [index, id] of profile.samples.entries()) {
  const frame = frames.get(id)
  const micros = profile.timeDeltas[index] ?? 0
  if (frame === undefined || frame.functionName === "(idle)") continue
  busy += micros
  const name = `${frame.functionName || "(anonymous)"}  ${placeOf(frame)}:${frame.lineNumber + 1}`
  byFunction.set(name, (byFunction.get(name) ?? 0) + micros)
  byPackage.set(packageOf(frame), (byPackage.get(packageOf(frame)) ?? 0) + micros)
}
process.stdout.write(`${(busy / 1000).toFixed(0)} ms busy\n`)
print("Self time by package or folder", byPackage, busy, Number(lines))
print("Self time by function", byFunction, busy, Number(lines))

/** Which Counterfoil this is. */
import { readFileSync } from "node:fs"

/** The version in package.json, which lies beside `src` and `dist` alike. */
export const appVersion: string = JSON.parse(
  readFileSync(new URL("../../package.json", import.meta.url), "utf8")
).version

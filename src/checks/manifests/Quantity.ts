/** Sizes as Kubernetes writes them. */
import type { Field } from "./ManifestFile.ts"

/** A quantity of memory, `512Mi`, `1.5G` or a count of bytes; undefined where it is none. **Units**: bytes. */
export const quantityOf = (field: Field): number | undefined => {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?(?:e\d+)?)([A-Za-z]*)$/.exec(String(field ?? "")) ?? []
  const bytes = unitBytes[unit]
  return count === undefined || bytes === undefined ? undefined : Number(count) * bytes
}

const unitBytes: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40
}

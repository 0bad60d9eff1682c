import { describe, expect, it } from "vitest"
import { installedPackages, licenses } from "./Licenses.ts"

/** Those that let a program under Apache-2.0 be handed on together with them. */
const compatible = [
  "0BSD",
  "Apache-2.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "BlueOak-1.0.0",
  "CC0-1.0",
  "ISC",
  "MIT"
]

describe("the licences of what is installed with the package", () => {
  it("docs/licenses.md lists them as they are (`npm run docs` writes it)", async () => {
    await expect(licenses()).toMatchFileSnapshot("../../docs/licenses.md")
  })

  it("are known, and let ours be handed on with them", () => {
    const packages = installedPackages()
    expect(packages.length).toBeGreaterThan(50)
    expect(packages.filter(({ license }) => !compatible.includes(license))).toEqual([])
  })
})

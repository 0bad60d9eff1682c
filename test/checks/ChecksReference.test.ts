import { expect, it } from "vitest"
import { checksReference } from "../../src/checks/ChecksReference.ts"

it("docs/doctor.md tells of the checks as they are (`npm run docs` writes it)", async () => {
  await expect(checksReference()).toMatchFileSnapshot("../../docs/doctor.md")
})

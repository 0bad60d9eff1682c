import { expect, it } from "vitest"
import { reference } from "../../src/config/Reference.ts"

it("docs/configuration.md tells of the variables as they are (`npm run docs` writes it)", async () => {
  await expect(reference()).toMatchFileSnapshot("../../docs/configuration.md")
})

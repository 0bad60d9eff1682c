/** README.md's first steps on real servers, as they stand there. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { shownInSection } from "../docs/ShownCommands.ts"
import { describeWith } from "../support/TestServices.ts"
import { freshNames } from "./FreshNames.ts"
import { ran } from "./Ran.ts"

/** Payments without an order become dead letters after this; not 30 s, for it is the same then. */
const grace = { PAYMENT_GRACE: "10s" }

describeWith("cassandra", "pubsub")("README.md, on real servers", () => {
  it.live(
    "sets up, produces and drains, and each command prints what is said there",
    () =>
      Effect.gen(function* () {
        const environment = { ...(yield* freshNames), ...grace }
        const steps = shownInSection("README.md", "Run it for real")
        assert.lengthOf(steps, 4)
        for (const { args, printed } of steps) {
          const { code, errors, out } = yield* ran(args, environment)
          assert.strictEqual(code, 0, `${args.join(" ")}\n${errors}`)
          // What is left out stands before the rest.
          const shown = printed.replace(/^…\n/, "")
          assert.isTrue(out.trimEnd().endsWith(shown), `${args.join(" ")}\n${out}`)
        }
      }).pipe(Effect.scoped),
    120_000
  )
})

/** Ends a run with one line: `N passed, N failed`, and `, N skipped` where some were. */
import type { Reporter, SerializedError, TestModule } from "vitest/node"

/** Ends a run with one line that a person and a program can read; stands last in the list of reporters. */
export default class TallyReporter implements Reporter {
  /** Prints the line; what failed outside of any test counts as one failure each. */
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const inState = (state: string): number => tests.filter((test) => test.result().state === state).length
    const failed = inState("failed") + modules.filter(failsAsAWhole).length + unhandled.length
    const skipped = inState("skipped")
    process.stdout.write(
      `\n${inState("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`
    )
  }
}

/** It does not load, or one of its hooks failed; its tests then did not run and would not show. */
const failsAsAWhole = (module: TestModule): boolean =>
  module.errors().length > 0 || [...module.children.allSuites()].some((suite) => suite.errors().length > 0)

import { defineConfig } from "vitest/config"

// Integration tests share the servers, and most of a small machine is then taken by those: few at a time, after
// the unit tests. What starts processes or servers of its own, and watches how they fail, has the machine alone.
const alone = ["test/faults/**/*.integration.test.ts", "test/system/**/*.integration.test.ts"]

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 240_000,
    // Google's client would look for a metadata server in the network.
    env: { METADATA_SERVER_DETECTION: "none" },
    reporters: ["default", "./test/support/TallyReporter.ts"],
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/**/*.integration.test.ts"],
          sequence: { groupOrder: 0 }
        }
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["test/**/*.integration.test.ts"],
          exclude: alone,
          globalSetup: ["test/support/globalSetup.ts"],
          maxWorkers: 2,
          sequence: { groupOrder: 1 }
        }
      },
      {
        extends: true,
        test: {
          name: "alone",
          include: alone,
          globalSetup: ["test/support/globalSetup.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 2 }
        }
      }
    ]
  }
})

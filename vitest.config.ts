import { availableParallelism } from "node:os"
import { defineConfig } from "vitest/config"

// What a test needs is said by the end of its file's name:
//   *.test.ts              no server
//   *.integration.test.ts  the real servers, at most a minute a file
//   *.long.test.ts         minutes, of faults, full backlogs and many seeds; `npm run test:long`, not `npm test`
//   *.proof.test.ts        measures rates, on a machine that has nothing else to do; `npm run test:proof`, by hand
const integration = ["test/**/*.integration.test.ts"]
const long = ["test/**/*.long.test.ts"]
const proof = ["test/**/*.proof.test.ts"]

// Starts the servers at once; they are up by the time the tests without servers are through.
const globalSetup = ["test/support/globalSetup.ts"]

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
          exclude: [...integration, ...long, ...proof],
          // By default one core is left for others, and a machine of two then runs one file at a time.
          maxWorkers: Math.max(2, availableParallelism()),
          sequence: { groupOrder: 1 }
        }
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: integration,
          globalSetup,
          // They wait more than they work: for leases to run out, for connections to be given up.
          maxWorkers: 4,
          sequence: { groupOrder: 2 }
        }
      },
      {
        extends: true,
        test: {
          name: "long",
          include: long,
          globalSetup,
          // Each measures, freezes or kills servers, and has the machine alone.
          fileParallelism: false,
          sequence: { groupOrder: 3 }
        }
      },
      {
        extends: true,
        test: {
          name: "proof",
          include: proof,
          globalSetup,
          fileParallelism: false,
          sequence: { groupOrder: 4 }
        }
      }
    ]
  }
})

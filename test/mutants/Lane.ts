/** Where one mutant is tried at a time: a copy of the repository, and the servers for what has to notice it. */
import { Effect, type Scope } from "effect"
import { ownServers, type Servers } from "../faults/Servers.ts"
import { cassandraPlace, pubSubPlace } from "../support/RunningServices.ts"
import type { ServerError } from "../support/ServerProcess.ts"
import type { Catcher } from "./Mutant.ts"
import { copyOfTree, type Tree } from "./Tree.ts"

/** A lane. */
export interface Lane {
  readonly tree: Tree
  /** Where the servers of tests are, as environment variables; all lanes share them. Empty: tests start their own. */
  readonly services: Readonly<Record<string, string>>
  /** A scenario may freeze and kill these: no other lane has them. */
  readonly servers: Servers | undefined
}

/** So many lanes, with the servers that these catchers need: started once, and not for each mutant. */
export const makeLanes = (
  count: number,
  catchers: ReadonlyArray<Catcher["_tag"]>
): Effect.Effect<ReadonlyArray<Lane>, ServerError, Scope.Scope> =>
  Effect.gen(function* () {
    const services = catchers.includes("Integration")
      ? yield* Effect.all([cassandraPlace({ heap: "768m" }), pubSubPlace({})], { concurrency: 2 })
      : []
    const servers = catchers.includes("Scenario") ? yield* ownServers(count) : []
    return yield* Effect.forEach(Array.from({ length: count }), (_, index) =>
      Effect.map(copyOfTree, (tree) => ({
        tree,
        services: Object.assign({}, ...services),
        servers: servers[index]
      }))
    )
  })

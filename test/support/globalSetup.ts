/** Has the real servers ready before the first integration test, once for all of them. */
import { Effect, Exit, Result, Scope } from "effect"
import type { TestProject } from "vitest/node"
import { cassandraPlace, psTestPlace, pubSubPlace } from "./RunningServices.ts"
import type { ServerError } from "./ServerProcess.ts"
import type { ServicesOfThisRun } from "./TestServices.ts"

/**
 * Starts what the environment does not name, and tells the tests the addresses.
 *
 * **Errors**: a missing server is said on stderr and its tests are skipped; with REQUIRE_SERVICES=1 the run fails.
 */
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const shared = holder.shared ?? begin()
  holder.shared = shared
  shared.users += 1
  project.provide("services", await shared.services)
  return () => release(shared)
}

interface Shared {
  readonly services: Promise<ServicesOfThisRun>
  readonly scope: Scope.Closeable
  users: number
}

// Each vitest project imports this module anew; what they share has to stand outside of it.
const holder: { shared?: Shared } = globalObject("counterfoil/test/services")

function globalObject(name: string): object {
  const found: unknown = Reflect.get(globalThis, Symbol.for(name))
  if (typeof found === "object" && found !== null) return found
  const made = {}
  Reflect.set(globalThis, Symbol.for(name), made)
  return made
}

const begin = (): Shared => {
  const scope = Scope.makeUnsafe("parallel")
  const services = Scope.provide(findServices, scope).pipe(
    Effect.onExit((exit) => (Exit.isFailure(exit) ? Scope.close(scope, exit) : Effect.void))
  )
  return { services: Effect.runPromise(services), scope, users: 0 }
}

const release = async (shared: Shared): Promise<void> => {
  shared.users -= 1
  if (shared.users > 0) return
  delete holder.shared
  await Effect.runPromise(Scope.close(shared.scope, Exit.void))
}

const findServices = Effect.suspend(() => {
  if (process.env["COUNTERFOIL_NO_SERVICES"] === "1") {
    const absent = { _tag: "Absent", reason: "COUNTERFOIL_NO_SERVICES=1" } as const
    return Effect.succeed({ cassandra: absent, pubsub: absent, pstest: absent })
  }
  return Effect.all(
    {
      cassandra: found(cassandraPlace({ heap: "768m" })),
      pubsub: found(pubSubPlace({})),
      pstest: found(psTestPlace)
    },
    { concurrency: "unbounded" }
  )
}).pipe(Effect.tap((services: ServicesOfThisRun) => Effect.sync(() => sayWhatIsMissing(services))))

const found = <A>(place: Effect.Effect<A, ServerError, Scope.Scope>) =>
  Effect.map(Effect.result(place), (result) =>
    Result.isSuccess(result)
      ? ({ _tag: "Present", place: result.success } as const)
      : ({ _tag: "Absent", reason: result.failure.message } as const)
  )

const sayWhatIsMissing = (services: ServicesOfThisRun): void => {
  const missing = Object.entries(services).flatMap(([name, service]) =>
    service._tag === "Absent" ? [`${name}: ${service.reason}`] : []
  )
  if (missing.length > 0 && process.env["REQUIRE_SERVICES"] === "1") {
    throw new Error(`REQUIRE_SERVICES=1, and missing are\n${missing.join("\n")}`)
  }
  for (const line of missing) process.stderr.write(`SKIPPED, as a server is missing: every test of ${line}\n`)
}

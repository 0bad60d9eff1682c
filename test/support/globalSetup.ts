/** Starts the real servers beside the first tests, once for all that need them. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Cause, Effect, Fiber, Result, type Scope } from "effect"
import type { TestProject } from "vitest/node"
import { cassandraPlace, psTestPlace, pubSubPlace } from "./RunningServices.ts"
import type { ServerError } from "./ServerProcess.ts"
import type { Service, ServicesOfThisRun } from "./TestServices.ts"

/**
 * Starts what the environment does not name, and tells the tests in which file the addresses are going to be.
 *
 * Nothing is waited for: `TestServices.ts` does that, where a test needs a server.
 *
 * **Errors**: a missing server is said on stderr and its tests are skipped; with REQUIRE_SERVICES=1 they fail.
 */
export default (project: TestProject): (() => Promise<void>) => {
  const shared = holder.shared ?? begin()
  holder.shared = shared
  shared.users += 1
  project.provide("servicesFile", shared.file)
  return () => release(shared)
}

interface Shared {
  readonly file: string
  readonly servers: Fiber.Fiber<never>
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
  const file = join(mkdtempSync(join(tmpdir(), "counterfoil-services-")), "services.json")
  return { file, servers: Effect.runFork(serve(file)), users: 0 }
}

const release = async (shared: Shared): Promise<void> => {
  shared.users -= 1
  if (shared.users > 0) return
  delete holder.shared
  await Effect.runPromise(Fiber.interrupt(shared.servers))
  rmSync(join(shared.file, ".."), { recursive: true, force: true })
}

/** Has the servers until it is interrupted. */
const serve = (file: string): Effect.Effect<never> =>
  Effect.gen(function* () {
    const services = yield* findServices.pipe(
      Effect.catchCause((cause) => Effect.succeed(allAbsent(Cause.pretty(cause))))
    )
    sayWhatIsMissing(services)
    writeFileSync(`${file}.new`, JSON.stringify(services))
    renameSync(`${file}.new`, file)
    return yield* Effect.never
  }).pipe(Effect.scoped)

const findServices: Effect.Effect<ServicesOfThisRun, never, Scope.Scope> = Effect.suspend(() => {
  if (process.env["COUNTERFOIL_NO_SERVICES"] === "1") {
    return Effect.succeed(allAbsent("COUNTERFOIL_NO_SERVICES=1"))
  }
  return Effect.all(
    {
      cassandra: found(cassandraPlace({ heap: "768m" })),
      pubsub: found(pubSubPlace({})),
      pstest: found(psTestPlace)
    },
    { concurrency: "unbounded" }
  )
})

const found = <A>(
  place: Effect.Effect<A, ServerError, Scope.Scope>
): Effect.Effect<Service<A>, never, Scope.Scope> =>
  Effect.map(Effect.result(place), (result) =>
    Result.isSuccess(result)
      ? { _tag: "Present", place: result.success }
      : { _tag: "Absent", reason: result.failure.message }
  )

const allAbsent = (reason: string): ServicesOfThisRun => {
  const absent = { _tag: "Absent", reason } as const
  return { cassandra: absent, pubsub: absent, pstest: absent }
}

const sayWhatIsMissing = (services: ServicesOfThisRun): void => {
  for (const [name, service] of Object.entries(services)) {
    if (service._tag === "Present") continue
    process.stderr.write(`SKIPPED, as a server is missing: every test of ${name}: ${service.reason}\n`)
  }
}

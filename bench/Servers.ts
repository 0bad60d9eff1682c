/** One Cassandra node and one Pub/Sub emulator: those that the environment names, or else started for this run. */
import { Effect, type Scope } from "effect"
import { cassandraPlace, pubSubPlace } from "../test/support/RunningServices.ts"
import type { ServerError } from "../test/support/ServerProcess.ts"
import { say } from "./Screen.ts"
import type { TimeSpent } from "./TimeSpent.ts"

/** Whether the environment named a Cassandra when this process started. */
export const areServersGiven: boolean = process.env["CASSANDRA_CONTACT_POINTS"] !== undefined

/** Their addresses as environment variables, which this process gets, too. */
export const oneNode = Effect.fnUntraced(function* (
  time: TimeSpent
): Effect.fn.Return<Readonly<Record<string, string>>, ServerError, Scope.Scope> {
  say(areServersGiven ? "using the servers of the environment" : "starting the servers")
  const started = Effect.all([cassandraPlace({}), pubSubPlace({})], { concurrency: 2 })
  const [cassandra, pubSub] = yield* timed(time, "starting servers", started)
  const servers = { ...cassandra, ...pubSub }
  // The benchmark's own clients read them from there.
  Object.assign(process.env, servers)
  return servers
})

/** Adds the time that the effect takes to what was spent on `kind`. */
export const timed = <A, E, R>(
  time: TimeSpent,
  kind: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(
    Effect.sync(() => time.start(kind)),
    (stop) => Effect.ensuring(effect, Effect.sync(stop))
  )

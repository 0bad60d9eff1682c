/** Loads the driver when it is first needed, so that commands without Cassandra start quickly. */
import { Effect } from "effect"

/** The driver's module. */
export type Driver = typeof import("cassandra-driver")

/** The driver, loaded once; it is CommonJS, hence `default`. */
export const loadDriver: Effect.Effect<Driver> = Effect.map(
  Effect.promise(() => import("cassandra-driver")),
  (module) => module.default
)

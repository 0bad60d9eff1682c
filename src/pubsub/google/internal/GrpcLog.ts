/** Keeps gRPC from printing to standard error by itself, where log lines are read by programs. */
import { Effect } from "effect"

/**
 * From now on what gRPC has to say, such as that a proxy refuses, is a line of our log, at level Debug: whoever calls is
 * told of it by the call's error.
 *
 * **Shape**: any client of Google's; gRPC has one logger for all of a process.
 */
export const logGrpcOf = (client: unknown): Effect.Effect<void> =>
  Effect.map(Effect.context<never>(), (context) => {
    const grpc = propertyOf(propertyOf(client, "_gaxGrpc"), "grpc")
    if (!hasLogger(grpc)) return
    const log = Effect.runForkWith(context)
    const write = (...parts: ReadonlyArray<unknown>) => void log(Effect.logDebug(`gRPC: ${parts.join(" ")}`))
    grpc.setLogger({ error: write, info: write, debug: write })
  })

interface Logger {
  readonly error: (...parts: ReadonlyArray<unknown>) => void
  readonly info: (...parts: ReadonlyArray<unknown>) => void
  readonly debug: (...parts: ReadonlyArray<unknown>) => void
}

const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined

const hasLogger = (grpc: unknown): grpc is { readonly setLogger: (logger: Logger) => void } =>
  typeof propertyOf(grpc, "setLogger") === "function"

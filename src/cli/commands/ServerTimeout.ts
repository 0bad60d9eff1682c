/** How long commands other than `run` wait for a server. */
import { Data, Duration, Effect, Layer } from "effect"
import { serverTimeoutSeconds } from "../Limits.ts"

/** A server did not answer, and the command gave up. */
export class ServerSilent extends Data.TaggedError("ServerSilent")<{ readonly server: string }> {
  override get message(): string {
    return `${this.server} did not answer within ${serverTimeoutSeconds} s`
  }
}

/** Gives up when the server has not answered in time. **Errors**: `ServerSilent`, exit 1. */
export const withServerTimeout =
  (server: string) =>
  <A, E, R>(question: Effect.Effect<A, E, R>): Effect.Effect<A, E | ServerSilent, R> =>
    Effect.timeoutOrElse(question, {
      duration: Duration.seconds(serverTimeoutSeconds),
      orElse: () => Effect.fail(new ServerSilent({ server }))
    })

/** Provides a connection to the body; only the connecting is bounded in time. **Errors**: `ServerSilent`, exit 1. */
export const connectedTo =
  <S, E2>(server: string, connection: Layer.Layer<S, E2>) =>
  <A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<A, E | E2 | ServerSilent, Exclude<R, S>> =>
    Effect.scoped(
      Effect.flatMap(withServerTimeout(server)(Layer.build(connection)), (services) =>
        Effect.provideContext(body, services)
      )
    )

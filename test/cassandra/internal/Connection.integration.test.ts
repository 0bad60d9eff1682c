import { assert, layer } from "@effect/vitest"
import { Clock, Effect, Layer } from "effect"
import { connect } from "../../../src/cassandra/internal/Connection.ts"
import { Login } from "../../../src/cassandra/internal/Login.ts"
import { describeWith } from "../../support/TestServices.ts"
import { settingsFor } from "../TestKeyspace.ts"

const connection = Effect.suspend(() =>
  Effect.flatMap(Clock.Clock, (clock) =>
    connect(settingsFor("system"), {}, { login: new Login(clock, undefined) })
  )
)

describeWith("cassandra")("connect", () => {
  layer(Layer.empty, { excludeTestServices: true, timeout: 60_000 })(
    "the driver's control connection",
    (it) => {
      it.effect(
        "[G4] refreshed twice at once, as by a host that answers late, does not end the process",
        () =>
          Effect.gen(function* () {
            const client = yield* Effect.acquireRelease(connection, (open) =>
              Effect.promise(() => open.shutdown())
            )
            const { controlConnection } = client as typeof client & { readonly controlConnection: Control }
            const refreshHosts = controlConnection._refreshHosts
            // As the second refresh does to the first.
            controlConnection._refreshHosts = () => {
              controlConnection.connection = null
              return Promise.reject(new Error("the host did not answer"))
            }
            // The driver calls it from a timer, where a rejection is nobody's.
            yield* Effect.promise(() => controlConnection._refresh())
            controlConnection._refreshHosts = refreshHosts
            yield* Effect.promise(() => controlConnection._refresh())
            assert.isNotNull(controlConnection.connection)
          })
      )
    }
  )
})

/** What the driver keeps for itself. */
interface Control {
  connection: object | null
  _refresh: () => Promise<void>
  _refreshHosts: (this: unknown) => Promise<void>
}

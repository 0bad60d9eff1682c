/** The suite of lost leases on the scripted server: the emulators do not say that a lease has ended. */
import { Effect } from "effect"
import { lostLeaseSuite } from "../../../src/testing/LostLeaseSuite.ts"
import { answered, holding } from "./ScriptedSubscriber.ts"

lostLeaseSuite("a scripted server", (deliveries) =>
  Effect.gen(function* () {
    const { server, open, received } = yield* holding(deliveries)
    const ended = (ackIds: ReadonlyArray<string>) => ({
      code: 9,
      details: "all failed",
      ackIds: Object.fromEntries(ackIds.map((ackId) => [ackId, "PERMANENT_FAILURE_INVALID_ACK_ID"]))
    })
    server.script.acknowledge = ended
    server.script.changeLease = (ackIds, seconds) => (seconds === 0 ? ended(ackIds) : undefined)
    return { open, held: received, answered }
  })
)

/** Prints what comes by a subscription, until it is stopped. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { GooglePubSub } from "counterfoil/pubsub/google/GooglePubSub"
import { Config, Console, Effect } from "effect"
import { readTexts } from "./Reader.ts"

const program = Effect.gen(function* () {
  const projectId = yield* Config.option(Config.String("PUBSUB_PROJECT_ID"))
  const emulatorHost = yield* Config.option(Config.String("PUBSUB_EMULATOR_HOST"))
  const subscription = yield* Config.String("PUBSUB_SUBSCRIPTION")
  yield* readTexts(subscription, (texts) =>
    Effect.forEach(texts, (text) => Console.log(text), { discard: true })
  ).pipe(Effect.provide(GooglePubSub.layer({ projectId, emulatorHost })))
})

NodeRuntime.runMain(Effect.scoped(program))

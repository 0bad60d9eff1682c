/** Sources that cannot deliver, taken for quiet ones (G4, G5). */
import { type Mutant, scenario, unit } from "../Mutant.ts"

const sources = "test/pubsub/google/Sources.test.ts"
const connection = "test/pubsub/google/internal/Connection.test.ts"
const classification = "test/pubsub/google/internal/ErrorClassification.test.ts"
const processor = "test/ingest/ProcessorSources.test.ts"

/** Mutants of sources. */
export const ofSources: ReadonlyArray<Mutant> = [
  {
    name: "quiet-without-topic",
    what: "takes what another subscription brings for a proof that this one still has its topic",
    guarantee: "G5",
    file: "src/pubsub/google/internal/StreamQuiet.ts",
    text: "Math.min(this.#parts.connection.heardAt, this.#parts.source.soundAt())",
    replacement: "Math.max(this.#parts.connection.heardAt, this.#parts.source.soundAt())",
    caughtBy: [unit(sources, "is not quiet because of what another one's streams bring")]
  },
  {
    name: "cut-off-is-connected",
    what: "calls a subscription whose topic was deleted connected",
    guarantee: "G4",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "!isSilent && error === undefined",
    replacement: "!isSilent",
    caughtBy: [unit(sources, "is not connected and never quiet"), scenario("orders-topic-recreated")]
  },
  {
    name: "cut-off-is-sound",
    what: "takes any description of a subscription for a sound one",
    guarantee: "G5",
    file: "src/pubsub/google/internal/SourceCheck.ts",
    text: "if (error === undefined) soundAt = begunAt",
    replacement: "error = undefined\n          soundAt = begunAt",
    caughtBy: [unit(sources, "is not connected and never quiet")]
  },
  {
    name: "open-streams-of-nothing",
    what: "stays on streams that a server keeps open after their subscription was deleted",
    guarantee: "G4",
    file: "src/pubsub/google/internal/StreamPool.ts",
    text: "for (const stream of streams) stream.renew()\n  })",
    replacement: "for (const _ of streams) break\n  })",
    caughtBy: [unit(sources, "whose streams stay open when it is deleted")]
  },
  {
    name: "missing-is-an-outage",
    what: "takes what does not exist for what does not answer",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ErrorClassification.ts",
    text: "return new ResourceMissing({ cause: error })",
    replacement: "return new PubSubUnavailable({ detail: noAnswer, cause: error })",
    caughtBy: [
      unit(sources, "whose streams stay open when it is deleted"),
      scenario("orders-subscription-gone"),
      scenario("pubsub-forgot")
    ]
  },
  {
    name: "memory-cut-off-is-quiet",
    what: "takes an embedded subscription whose topic was deleted for a quiet one",
    guarantee: "G5",
    file: "src/pubsub/memory/internal/Consumption.ts",
    text: 'return this.#undeliverable()?.message ?? ""',
    replacement: 'return ""',
    caughtBy: [unit(processor, "is unavailable, and makes no dead letter")]
  },
  {
    name: "awaited-token-is-refused",
    what: "ends when a token is not to be had for a moment",
    guarantee: "G4",
    file: "src/pubsub/google/internal/ErrorClassification.ts",
    text: "if (refusedCredentials.test(text)) return",
    replacement: "if (refusedCredentials.test(text) || noToken.test(text)) return",
    caughtBy: [
      unit(classification, "a token that is not to be had"),
      unit(sources, "whose token is not to be had for a moment is an outage")
    ]
  },
  {
    name: "own-failure-is-heard",
    what: "takes the want of a token for a word of the server",
    guarantee: "G5",
    file: "src/pubsub/google/internal/Connection.ts",
    text: 'if (isLocal(error)) return "no connection"',
    replacement: 'if (isLocal(error)) return "answer"',
    caughtBy: [unit(connection, "for want of a token, is no word of the server")]
  }
]

/** Asks a running process over HTTP what it holds of an order or a payment. */
import { Effect, Option, type Redacted, Schema } from "effect"
import { LookUpAnswer, type LookUpKey } from "../../telemetry/LookUp.ts"
import { lookUpAnswerBytes, serverTimeoutSeconds } from "../Limits.ts"
import { askProcessAt } from "./ProcessRequest.ts"

/** What came of asking. */
export type AskedProcess =
  | { readonly _tag: "Answered"; readonly answer: LookUpAnswer }
  /** Nobody listens there, or it is no Counterfoil. */
  | { readonly _tag: "Nobody"; readonly why: string }
  /** A process that did not answer, or would not. */
  | { readonly _tag: "Failed"; readonly why: string }

/** Asks. **Guarantee**: as `askProcessAt`. */
export const askProcess = (
  url: string,
  key: LookUpKey,
  token: Redacted.Redacted | undefined
): Effect.Effect<AskedProcess> =>
  askProcessAt(
    url,
    { path: "/lookup", token, body: { [key.kind]: String(key.id) } },
    { seconds: serverTimeoutSeconds, bytes: lookUpAnswerBytes }
  ).pipe(
    Effect.match({
      onFailure: ({ reason, why }) => {
        if (reason === "too long") return noCounterfoil
        return reason === "nobody" ? nobody(why) : failed(why)
      },
      onSuccess: ({ status, text }) => {
        if (status === 200) {
          const answer = decodeAnswer(text)
          return Option.isSome(answer) ? answered(answer.value) : noCounterfoil
        }
        const error = Option.getOrUndefined(decodeError(text))?.error
        if (error === undefined) return noCounterfoil
        return failed(status === 401 ? `${error}; set HTTP_TOKEN to that of the process` : error)
      }
    })
  )

const answered = (answer: LookUpAnswer): AskedProcess => ({ _tag: "Answered", answer })
const failed = (why: string): AskedProcess => ({ _tag: "Failed", why })
const nobody = (why: string): AskedProcess => ({ _tag: "Nobody", why })

const noCounterfoil = nobody("what answers there is no Counterfoil that takes look-ups")

const decodeAnswer = Schema.decodeUnknownOption(Schema.fromJsonString(LookUpAnswer))
const decodeError = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Struct({ error: Schema.String })))

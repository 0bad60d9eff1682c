/** Asks a running `counterfoil` over HTTP how it is. */
import { Effect } from "effect"
import { type CounterfoilProcess, counterfoil, type NotInTime, until } from "../support/Counterfoil.ts"
import { freePorts } from "../support/Ports.ts"

/** An answer over HTTP; status 0 where nobody listens. */
export interface Answer {
  readonly status: number
  readonly text: string
}

/** A process, and what it says of itself. */
export interface Serving extends CounterfoilProcess {
  readonly port: number
  readonly get: (path: string) => Effect.Effect<Answer>
  /** Suspends until the answer is as wanted. */
  readonly until: (path: string, isWanted: (answer: Answer) => boolean) => Effect.Effect<void, NotInTime>
}

/** Starts a command that serves HTTP from its first moment on, at a port of its own. */
export const serving = Effect.fnUntraced(function* (
  args: ReadonlyArray<string>,
  environment: Readonly<Record<string, string>>
) {
  const [port = 0] = yield* freePorts(1)
  const process = yield* counterfoil(args, { ...environment, HTTP_PORT: String(port) })
  const get = (path: string) => Effect.promise(() => answerOf(`http://127.0.0.1:${port}${path}`))
  const served: Serving = {
    ...process,
    port,
    get,
    until: (path, isWanted) => {
      let last: Answer = { status: 0, text: "" }
      return until(
        `the wanted answer of ${path}`,
        Effect.map(get(path), (answer) => {
          last = answer
          return isWanted(answer)
        }),
        "120 seconds",
        () => `${last.status} ${last.text}\n${process.stderr()}`
      )
    }
  }
  return served
})

const answerOf = async (url: string): Promise<Answer> => {
  try {
    const response = await fetch(url)
    return { status: response.status, text: await response.text() }
  } catch {
    return { status: 0, text: "" }
  }
}

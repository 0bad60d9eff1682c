import { assert, describe, it } from "@effect/vitest"
import cassandra, { type Host } from "cassandra-driver"
import { type HostLoad, newHostLoad } from "../../../src/cassandra/internal/HostLoad.ts"
import { type Attempt, makeRouter } from "../../../src/cassandra/internal/RoutedRequests.ts"
import { failedAnswerMillis } from "../../../src/cassandra/Limits.ts"

interface Sent {
  readonly to: string | undefined
  readonly attempt: Attempt
  readonly answer: (by?: string) => Promise<void>
  readonly fail: (error: unknown) => Promise<void>
}

/** Three hosts, of which the first two hold what is asked for, and requests that a test answers. */
const threeHosts = () => {
  const [one, two, three] = ["one", "two", "three"].map((address) =>
    newHostLoad({ address, isUp: () => true } as Host)
  ) as [HostLoad, HostLoad, HostLoad]
  const clock = { now: 0 }
  const sent: Array<Sent> = []
  // The first of two choices is always the first host of those that are asked about.
  const router = makeRouter(
    () => [one, two, three],
    () => clock.now,
    () => 0
  )
  const send = (isRepeatable = true) => {
    const outcome = { is: "open" }
    router
      .send(
        {
          replicas: [one, two],
          isRepeatable,
          send: (host, attempt) =>
            new Promise<{ info: { queriedHost: string } }>((resolve, reject) => {
              sent.push({
                to: host?.address,
                attempt,
                answer: async (by = host?.address ?? "") => {
                  resolve({ info: { queriedHost: by } })
                  await settled()
                },
                fail: async (error) => {
                  reject(error)
                  await settled()
                }
              })
            })
        },
        clock.now
      )
      .then(
        ({ info }) => {
          outcome.is = `answered by ${info.queriedHost}`
        },
        (error) => {
          outcome.is = error instanceof Error ? error.message : "?"
        }
      )
    return outcome
  }
  const silence = (load: HostLoad): void => {
    load.silentSince = clock.now
    for (const waiting of [...load.unanswered]) waiting.sendElsewhere(clock.now)
  }
  const sentTo = () => sent.map(({ to }) => to)
  const nth = (at: number): Sent => sent[at] ?? assert.fail(`nothing was sent for the ${at}th time`)
  return { one, two, three, clock, send, silence, sentTo, nth }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe("a request to replicas", () => {
  it("[G4] goes to another replica when its host falls silent, and its answer is the request's", async () => {
    const { nth, one, send, sentTo, silence } = threeHosts()
    const outcome = send()
    silence(one)
    assert.deepStrictEqual(sentTo(), ["one", "two"])
    assert.isTrue(nth(0).attempt.isSuperseded)
    await nth(1).answer()
    assert.strictEqual(outcome.is, "answered by two")
  })

  it("[G1] is answered by its first try as well, if that is answered first", async () => {
    const { nth, one, send, silence, two } = threeHosts()
    const outcome = send()
    silence(one)
    await nth(0).answer()
    assert.strictEqual(outcome.is, "answered by one")
    assert.isTrue(nth(1).attempt.isSuperseded)
    assert.strictEqual(two.unanswered.size, 0)
  })

  it("[G1] is a success only if a try succeeded: it fails when the last one did", async () => {
    const { nth, one, send, silence } = threeHosts()
    const outcome = send()
    silence(one)
    await nth(1).fail(new Error("write timeout"))
    assert.strictEqual(outcome.is, "write timeout")
  })

  it("[G4] goes on when only a try has failed that another one replaced", async () => {
    const { nth, one, send, silence } = threeHosts()
    const outcome = send()
    silence(one)
    await nth(0).fail(new Error("no answer within 6 s"))
    assert.strictEqual(outcome.is, "open")
    await nth(1).answer()
    assert.strictEqual(outcome.is, "answered by two")
  })

  it("is sent once where it must not be sent twice", () => {
    const { one, send, sentTo, silence } = threeHosts()
    send(false)
    silence(one)
    assert.deepStrictEqual(sentTo(), ["one"])
  })

  it("is not sent again once it has its answer", async () => {
    const { nth, one, send, sentTo, silence, two } = threeHosts()
    send()
    silence(one)
    await nth(0).answer()
    silence(two)
    assert.deepStrictEqual(sentTo(), ["one", "two"])
  })

  it("[G4] goes to a host that does not hold its rows when none that does may be asked", async () => {
    const { one, send, sentTo, silence, two } = threeHosts()
    silence(one)
    silence(two)
    send()
    assert.deepStrictEqual(sentTo(), ["three"])
  })

  it("stays where it is while no other host may be asked", async () => {
    const { nth, one, send, sentTo, silence, three, two } = threeHosts()
    silence(two)
    silence(three)
    const outcome = send()
    silence(one)
    assert.deepStrictEqual(sentTo(), ["one"])
    await nth(0).answer()
    assert.strictEqual(outcome.is, "answered by one")
  })

  it.each([
    ["it cannot serve, at once", 0x1001],
    ["it reaches too few replicas, at once", 0x1000],
    ["it has failed, at once", 0x0000]
  ])("counts an answer of a host that says %s as a slow one", async (_, code) => {
    const { nth, one, send } = threeHosts()
    send()
    await nth(0).fail(answerOf("one", code))
    assert.strictEqual(one.latency, failedAnswerMillis)
    assert.strictEqual(one.inFlight, 0)
  })

  it("counts a refusal of a statement as an answer like any other", async () => {
    const { clock, nth, one, send } = threeHosts()
    send()
    clock.now = 7
    await nth(0).fail(answerOf("one", 0x2200))
    assert.deepStrictEqual([one.latency, one.answeredSentAt, one.inFlight], [7, 0, 0])
  })

  it("takes an answer that the driver got from another host for none of this one", async () => {
    const { clock, nth, one, send } = threeHosts()
    send()
    clock.now = 7
    await nth(0).answer("two")
    assert.deepStrictEqual([one.latency, one.answeredSentAt], [failedAnswerMillis, Number.NEGATIVE_INFINITY])
  })
})

const answerOf = (coordinator: string, code: number): Error =>
  Object.assign(new cassandra.errors.ResponseError(code, "no"), { coordinator })

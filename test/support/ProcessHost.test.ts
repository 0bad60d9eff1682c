import { assert, it } from "@effect/vitest"
import { Clock, Effect, Scheduler } from "effect"
import { pass } from "../../src/testing/VirtualTime.ts"
import { ProcessHost } from "./ProcessHost.ts"

const makeHost = Effect.gen(function* () {
  const outside = { context: yield* Effect.context<never>(), clock: yield* Clock.Clock }
  return new ProcessHost(outside, yield* Scheduler.Scheduler)
})

it.effect("a process that stands still takes no step, and finds all that was due when it goes on", () =>
  Effect.gen(function* () {
    const host = yield* makeHost
    const done: Array<string> = []
    const note = (what: string) => Effect.sync(() => done.push(what))
    const slow = host.request("facts", Effect.sleep("3 seconds"), Effect.void, 6_000)
    yield* Effect.forkDetach(Effect.andThen(slow, note("answered"))).pipe(host.run)
    yield* Effect.forkDetach(Effect.andThen(Effect.sleep("5 seconds"), note("timer"))).pipe(host.run)
    yield* Effect.forkDetach(Effect.andThen(Effect.sleep("5 seconds"), note("of another process")))
    yield* pass("1 second")
    host.freeze()
    yield* pass("60 seconds")
    assert.deepStrictEqual(done, ["of another process"])
    yield* host.wake
    assert.deepStrictEqual(done, ["of another process", "timer", "answered"])
  })
)

it.effect("what a process has sent arrives, whether it stands still or is dead", () =>
  Effect.gen(function* () {
    for (const end of ["freeze", "kill"] as const) {
      const host = yield* makeHost
      let written = false
      const write = Effect.delay(
        Effect.sync(() => {
          written = true
        }),
        "2 seconds"
      )
      yield* Effect.forkDetach(host.request("facts", write, Effect.void, 6_000)).pipe(host.run)
      yield* pass("1 second")
      host[end]()
      yield* pass("2 seconds")
      assert.isTrue(written)
    }
  })
)

it.effect("a process that is cut off waits until it gives up, one that is refused is told at once", () =>
  Effect.gen(function* () {
    const host = yield* makeHost
    const answers: Array<string> = []
    const ask = host
      .request("facts", Effect.succeed("answer"), Effect.succeed("none"), 6_000)
      .pipe(Effect.map((answer) => answers.push(answer)))
    const asking = Effect.forkDetach(ask).pipe(host.run)
    host.setLink("facts", "silent")
    yield* asking
    yield* pass("5900 millis")
    assert.deepStrictEqual(answers, [])
    yield* pass("200 millis")
    host.setLink("facts", "refused")
    yield* asking
    yield* pass(0)
    host.setLink("facts", "open")
    yield* asking
    yield* pass(0)
    assert.deepStrictEqual(answers, ["none", "none", "answer"])
  })
)

it.effect("an answer that is on its way when the link is cut is lost", () =>
  Effect.gen(function* () {
    const host = yield* makeHost
    const answers: Array<string> = []
    const slow = Effect.delay(Effect.succeed("answer"), "1 second")
    yield* Effect.forkDetach(
      host
        .request("facts", slow, Effect.succeed("none"), 6_000)
        .pipe(Effect.map((answer) => answers.push(answer)))
    ).pipe(host.run)
    yield* pass("500 millis")
    host.setLink("facts", "silent")
    yield* pass("5 seconds")
    host.setLink("facts", "open")
    assert.deepStrictEqual(answers, [])
    yield* pass("500 millis")
    assert.deepStrictEqual(answers, ["none"])
  })
)

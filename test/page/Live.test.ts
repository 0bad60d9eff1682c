import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import { follow } from "../../page/Live.js"
import { nothingRecorded } from "../../page/Recording.js"

/** What a tab is to the page: it is shown or hidden, and says when that changes. */
const newTab = () => Object.assign(new EventTarget(), { hidden: false })

let tab = newTab()

const turnTo = (hidden: boolean): void => {
  tab.hidden = hidden
  tab.dispatchEvent(new Event("visibilitychange"))
}

/** Questions that the process has not answered yet. */
let asked: Array<(response: Response) => void> = []

const answer = (): void => {
  for (const give of asked.splice(0))
    give(Response.json({ ...nothingRecorded, run: "a", hasMore: false, next: 1 }))
}

beforeEach(() => {
  asked = []
  tab = newTab()
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
  vi.stubGlobal("document", tab)
  vi.stubGlobal("fetch", () => new Promise<Response>((give) => asked.push(give)))
  follow({ got: () => {}, failed: () => {}, isPaused: () => false })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis)

describe("the page, while it asks a process", () => {
  it("has one question under way, however often the tab is hidden and shown", async () => {
    await pass(0)
    for (const hidden of [true, false, true, false]) turnTo(hidden)
    await pass(60_000)
    assert.lengthOf(asked, 1)
    answer()
    await vi.waitFor(() => assert.isAbove(vi.getTimerCount(), 0))
    await pass(60_000)
    assert.lengthOf(asked, 1)
  })

  it("asks at once when the tab is shown, and else every 10 s while it is hidden", async () => {
    await pass(0)
    turnTo(true)
    answer()
    await vi.waitFor(() => assert.isAbove(vi.getTimerCount(), 0))
    await pass(9_000)
    assert.lengthOf(asked, 0)
    turnTo(false)
    await pass(0)
    assert.lengthOf(asked, 1)
  })
})

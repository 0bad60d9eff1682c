/** Loads of which half is hot: the other half must not wait for it. */
import { Effect } from "effect"
import { until } from "../../support/Counterfoil.ts"
import { SeededRandom } from "../../support/SeededRandom.ts"
import { untilReady } from "../Processors.ts"
import type { Scenario, ScenarioContext } from "../Scenario.ts"
import { keyOf, type Meaning, order, type Planned, payment, poison, traffic } from "../Traffic.ts"

const hotOrderId = 900_000_000

const heated = (
  name: string,
  fault: string,
  amount: (messages: number) => number,
  hot: (index: number) => Planned,
  isHot: (meaning: Meaning) => boolean
): Scenario => ({
  name,
  fault,
  signs: { nothingToTell: "what is hot is slower, and nothing else" },
  loadSeconds: "before",
  settleWithinSeconds: 300,
  load: (messages) => [
    order(hotOrderId, "Pending", new SeededRandom(1)),
    ...Array.from({ length: amount(messages) }, (_, index) => hot(index)),
    ...traffic({ messages: messages / 2, seed: 4, unmatched: 0, poison: { orders: 0, payments: 0 } })
  ],
  run: ({ processors, observer }: ScenarioContext) =>
    Effect.gen(function* () {
      yield* untilReady(yield* processors.start())
      const neighbours = observer.sent
        .filter(({ planned }) => !isHot(planned.meaning))
        .map(({ planned, messageId }) => keyOf(planned.stream, messageId))
      yield* until(
        "effects of all that is not hot",
        Effect.promise(async () => {
          const { verdicts } = await observer.judgeNow()
          return neighbours.every((key) => verdicts.get(key) !== "lost")
        }),
        "90 seconds"
      )
    })
})

const orderRandom = new SeededRandom(11)
const poisonRandom = new SeededRandom(12)

/** One order that is paid over and over, and rows of messages that cannot be read. */
export const heat: ReadonlyArray<Scenario> = [
  heated(
    "hot-order",
    "half of it payments for one order",
    (messages) => messages / 2,
    (index) => payment(hotOrderId, index + 1, orderRandom),
    (meaning) => meaning._tag === "Payment" && meaning.orderId === String(hotOrderId)
  ),
  heated(
    "hot-poison",
    "2.5 times as many unreadable in a row before it",
    (messages) => messages * 2.5,
    (index) => poison(index % 2 === 0 ? "orders" : "payments", poisonRandom),
    ({ _tag }) => _tag === "Poison"
  )
]

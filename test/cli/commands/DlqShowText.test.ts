import { Option } from "effect"
import { describe, expect, it } from "vitest"
import { letterDetails } from "../../../src/cli/commands/DlqShowText.ts"
import { receivedDeadLetter } from "../../../src/deadletters/ReceivedDeadLetter.ts"
import { idsOf } from "../../../src/ingest/DeadLetterMessages.ts"
import { bytesOf, deliveryOf } from "../../support/Samples.ts"

const deployment = {
  subscription: "projects/p/subscriptions/dlq-sub",
  project: "p",
  sources: {
    orders: "projects/p/subscriptions/orders-sub",
    payments: "projects/p/subscriptions/payments-sub"
  }
}

const nextOf = (text: string, verdict: string) => {
  const letter = receivedDeadLetter(deliveryOf("1", { data: bytesOf(text) }))
  const details = { letter, verdict, reasonNow: undefined, order: { _tag: "NotAsked" } as const }
  const shown = { deployment, retention: Option.none(), width: 80, ids: idsOf(letter.delivery.data) }
  return /^next: .*$/m.exec(letterDetails(details, shown))?.[0]
}

describe("the next command for a dead letter", () => {
  it("means this one, however its ids are written", () => {
    expect(nextOf('{"order_id": 7.0, "payment_id": 1e3}', "payment-matched")).toBe(
      "next: counterfoil dlq redrive --order-id 7 --payment-id 1000"
    )
  })

  it("is never a redrive of all", () => {
    expect(nextOf("no JSON", "lost")).toBe("next: the same command again")
  })
})

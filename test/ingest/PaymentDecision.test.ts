import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import type { FactState } from "../../src/domain/Fact.ts"
import type { Payment } from "../../src/domain/Payment.ts"
import { canonicalPayment, type PaymentColumns, versionOfPayment } from "../../src/domain/Version.ts"
import { type Candidate, decide, type PaymentDecision, winnerOf } from "../../src/ingest/PaymentDecision.ts"
import { paymentOf } from "../support/Samples.ts"

const millis = 1_700_000_000_000
const orderVersion = BigInt(millis) * 1000n - 5_000_000n

const published = (payment: Payment, atMillis = millis): Candidate => ({
  payment,
  version: versionOfPayment(payment, atMillis * 1000)
})

const rowWith = (standing: Candidate | undefined): FactState => ({
  orderVersion,
  payment: standing && { version: standing.version, columns: columnsOf(standing.payment) }
})

const columnsOf = (payment: Payment): PaymentColumns => {
  const { order_id: _, ...columns } = payment
  return columns
}

/** Payments whose versions are this far apart although all were published in one millisecond. */
const payments = Array.from({ length: 40_000 }, (_, index) =>
  paymentOf(1n, { payment_id: BigInt(index + 1), payment_status: `status ${index % 7}` })
)
const hashOf = (payment: Payment) => versionOfPayment(payment, 0)
const withHash = (hash: bigint, count: number) =>
  payments.filter((payment) => hashOf(payment) === hash).slice(0, count)
/** In ascending canonical order. */
const tied = withHash(500n, 4).sort((left, right) =>
  canonicalPayment(left) < canonicalPayment(right) ? -1 : 1
)
const [least, middle, , greatest] = tied as [Payment, Payment, Payment, Payment]

const decided = (contender: Candidate, state: FactState | undefined) =>
  decide(contender.payment, contender.version, state)

describe("PaymentDecision", () => {
  it("a payment without an order is unmatched", () => {
    assert.deepStrictEqual(decided(published(least), undefined), { _tag: "Unmatched" })
  })

  it("[G2] the first payment of a row is written at its own version", () => {
    const first = published(least)
    assert.deepStrictEqual(decided(first, rowWith(undefined)), {
      _tag: "Write",
      version: first.version,
      mayBeHiddenByTombstone: false
    })
  })

  it("[G2] a write to an empty row that is as new as the payment has to be read back", () => {
    const first = published(least)
    for (const [order, mayBeHiddenByTombstone] of [
      [first.version - 1n, false],
      [first.version, true],
      [first.version + 1n, true]
    ] as const) {
      assert.deepStrictEqual(decided(first, { orderVersion: order, payment: undefined }), {
        _tag: "Write",
        version: first.version,
        mayBeHiddenByTombstone
      })
    }
  })

  it("[G2] a newer payment is written over an older one, and an older one is superseded", () => {
    const older = published(greatest)
    const newer = published(least, millis + 1)
    assert.deepStrictEqual(decided(newer, rowWith(older)), {
      _tag: "Write",
      version: newer.version,
      mayBeHiddenByTombstone: false
    })
    assert.deepStrictEqual(decided(older, rowWith(newer)), { _tag: "Superseded" })
  })

  it("[G2] a replay finds itself matched, also after a tie has raised it", () => {
    const replay = published(middle)
    assert.deepStrictEqual(decided(replay, rowWith(replay)), { _tag: "AlreadyMatched" })
    const raised = { ...replay, version: replay.version + 1n }
    assert.deepStrictEqual(decided(replay, rowWith(raised)), { _tag: "AlreadyMatched" })
  })

  it("[G2] the same payment sent again later is written at its later version", () => {
    const first = published(middle)
    const again = published(middle, millis + 1)
    assert.deepStrictEqual(decided(again, rowWith(first)), {
      _tag: "Write",
      version: again.version,
      mayBeHiddenByTombstone: false
    })
    assert.deepStrictEqual(decided(first, rowWith(again)), { _tag: "AlreadyMatched" })
  })

  it("[G2] of two payments with one version the greater is written above the tie, the lesser is superseded", () => {
    const one = published(least)
    const other = published(greatest)
    assert.strictEqual(one.version, other.version)
    assert.deepStrictEqual(decided(other, rowWith(one)), {
      _tag: "Write",
      version: one.version + 1n,
      mayBeHiddenByTombstone: false
    })
    assert.deepStrictEqual(decided(one, rowWith(other)), { _tag: "Superseded" })
  })

  it("[G2] a third payment with that version is compared with the winner of the tie, not with its raised version", () => {
    const raised = { ...published(middle), version: published(middle).version + 1n }
    assert.deepStrictEqual(decided(published(greatest), rowWith(raised)), {
      _tag: "Write",
      version: raised.version + 1n,
      mayBeHiddenByTombstone: false
    })
    assert.deepStrictEqual(decided(published(least), rowWith(raised)), { _tag: "Superseded" })
  })

  it("[G2] a group is folded to its newest payment, and of equally new ones to the greatest", () => {
    const [newest] = withHash(10n, 1) as [Payment]
    const late = published(newest, millis + 1)
    const group: [Candidate, ...Array<Candidate>] = [published(least), late, published(greatest)]
    assert.deepStrictEqual(winnerOf(group), { winner: late, version: late.version })
    const tie: [Candidate, ...Array<Candidate>] = [published(least), published(greatest), published(middle)]
    assert.deepStrictEqual(winnerOf(tie), { winner: tie[1], version: tie[0].version + 1n })
    const same: [Candidate, ...Array<Candidate>] = [published(middle), published(middle)]
    assert.deepStrictEqual(winnerOf(same), { winner: same[0], version: same[0].version })
  })

  it.effect("[G2] in whatever order and batches payments arrive and replay, the row ends the same", () =>
    Effect.gen(function* () {
      // Ties of four, versions one above a tie, and a tie whose raised version reaches the next millisecond.
      const contenders = [
        ...tied.map((payment) => published(payment)),
        ...withHash(501n, 3).map((payment) => published(payment)),
        ...withHash(502n, 1).map((payment) => published(payment)),
        ...withHash(999n, 3).map((payment) => published(payment)),
        ...withHash(0n, 2).map((payment) => published(payment, millis + 1)),
        ...withHash(499n, 1).map((payment) => published(payment, millis - 1))
      ]
      for (let run = 0; run < 3_000; run++) {
        const chosen = (yield* Random.shuffle(contenders)).slice(0, 1 + (run % 8))
        const [first, ...rest] = chosen as [Candidate, ...Array<Candidate>]
        const expected = rest.reduce((best, other) => (isGreater(other, best) ? other : best), first)
        const arrivals = yield* Random.shuffle([...chosen, ...chosen.slice(0, run % 4)])
        const row = yield* arrive(arrivals)
        assert.deepStrictEqual(row.payment?.columns, columnsOf(expected.payment))
      }
    }).pipe(Random.withSeed("payment decisions"))
  )
})

const isGreater = (left: Candidate, right: Candidate) =>
  left.version === right.version
    ? canonicalPayment(left.payment) > canonicalPayment(right.payment)
    : left.version > right.version

/** Plays arrivals against one row, in batches of one to three, as `PaymentHandler` does. */
const arrive = Effect.fnUntraced(function* (arrivals: ReadonlyArray<Candidate>) {
  let row = rowWith(undefined)
  for (let start = 0; start < arrivals.length; ) {
    const size = yield* Random.nextIntBetween(1, 3)
    const [head, ...tail] = arrivals.slice(start, start + size)
    start += size
    if (head === undefined) break
    const { winner, version } = winnerOf([head, ...tail])
    const decision: PaymentDecision = decide(winner.payment, winner.version, row, version)
    if (decision._tag === "Write") row = written(row, winner.payment, decision.version)
  }
  return row
})

/** What Cassandra makes of a write: of a tie, the greater of each cell. */
const written = (row: FactState, payment: Payment, version: bigint): FactState => {
  const columns = columnsOf(payment)
  const standing = row.payment
  if (standing === undefined || version > standing.version) return { ...row, payment: { version, columns } }
  if (version < standing.version) return row
  const greater = <A>(left: A, right: A): A => (left > right ? left : right)
  return {
    ...row,
    payment: {
      version,
      columns: {
        payment_id: greater(columns.payment_id, standing.columns.payment_id),
        payment_method: greater(columns.payment_method, standing.columns.payment_method),
        card_last_four: greater(columns.card_last_four, standing.columns.card_last_four),
        payment_status: greater(columns.payment_status, standing.columns.payment_status),
        payment_datetime: greater(columns.payment_datetime, standing.columns.payment_datetime)
      }
    }
  }
}

import { assert, describe, it } from "@effect/vitest"
import { refusedRowsMax } from "../../src/facts/Limits.ts"
import { RefusedRows } from "../../src/facts/RefusedRows.ts"

const host = "h1:9042"

/** Refuses a row at a time, after the host has taken another one. */
const refuse = (rows: RefusedRows, orderId: bigint, seconds: number) => {
  rows.took(host, rows.moment())
  const sentAs = rows.moment()
  rows.send(orderId, sentAs, [host])
  const refusal = { orderId, version: 1n, detail: "Cannot index value", coordinator: host, sentAs }
  return rows.refused(refusal, seconds * 1_000, 1)
}

describe("RefusedRows", () => {
  it("[G6] remembers so many rows and no more; those it does not remember are never rejected", () => {
    const rows = new RefusedRows()
    const rejected = new Set<number>()
    for (let tried = 0; tried < 5; tried++) {
      for (let id = 0; id < refusedRowsMax + 5; id++) {
        if (refuse(rows, BigInt(id), tried * 8) !== undefined) rejected.add(id)
      }
    }
    assert.strictEqual(rejected.size, refusedRowsMax)
    assert.isFalse(rejected.has(refusedRowsMax))
    assert.isFalse(rows.has(BigInt(refusedRowsMax)))
  })

  it("[G6] makes room for others by forgetting the rows that were not refused for longest", () => {
    const rows = new RefusedRows()
    for (let id = 0; id < refusedRowsMax; id++) refuse(rows, BigInt(id), 0)
    refuse(rows, 0n, 59)
    refuse(rows, -1n, 61)
    assert.isTrue(rows.has(-1n))
    assert.isTrue(rows.has(0n))
    assert.isFalse(rows.has(1n))
  })

  it("[G3] a try that was sent before the host took another row does not count", () => {
    const rows = new RefusedRows()
    const refusal = { orderId: 7n, version: 1n, detail: "no", coordinator: host }
    let rejection: unknown
    for (let tried = 0; tried < 20; tried++) {
      const sentAs = rows.moment()
      rows.send(7n, sentAs, [host])
      rows.took(host, rows.moment())
      rejection ??= rows.refused({ ...refusal, sentAs }, tried * 5_000, 1)
    }
    assert.isUndefined(rejection)
  })

  it("[G3] of two tries that were under way at once, one counts", () => {
    const rows = new RefusedRows()
    const counted: Array<number> = []
    for (let tried = 0; tried < 8; tried++) {
      rows.took(host, rows.moment())
      const sent = [rows.moment(), rows.moment()]
      for (const sentAs of sent) rows.send(7n, sentAs, [host])
      for (const sentAs of sent) {
        const refusal = { orderId: 7n, version: 1n, detail: "no", coordinator: host, sentAs }
        const rejection = rows.refused(refusal, tried * 10_000, 1)
        if (rejection !== undefined) counted.push(rejection.refusals)
      }
    }
    // The first of each pair; the second takes its place.
    assert.deepStrictEqual(counted, [5, 6, 7, 8])
  })

  it("[G3] refusals of one row for different reasons do not count together", () => {
    const rows = new RefusedRows()
    let rejection: unknown
    for (let tried = 0; tried < 8; tried++) {
      rows.took(host, rows.moment())
      const sentAs = rows.moment()
      rows.send(7n, sentAs, [host])
      const detail = tried % 2 === 0 ? "value too long" : "partition denied"
      rejection ??= rows.refused(
        { orderId: 7n, version: 1n, detail, coordinator: host, sentAs },
        tried * 8_000,
        1
      )
    }
    assert.isUndefined(rejection)
  })
})

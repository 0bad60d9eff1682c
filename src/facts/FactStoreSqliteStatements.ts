/** SQL that gives a SQLite table the rules of Cassandra's cells. */
import { factColumns, orderColumns, paymentColumns } from "../domain/Fact.ts"

/** The fact table; its two versions stand for what `WRITETIME` is in Cassandra. */
export const createTable = `CREATE TABLE IF NOT EXISTS orders_payments_facts (
  order_id INTEGER PRIMARY KEY,
  customer_id INTEGER,
  item TEXT,
  quantity INTEGER,
  price REAL,
  shipping_address TEXT,
  order_status TEXT,
  creation_date TEXT,
  payment_id INTEGER,
  payment_method TEXT,
  card_last_four TEXT,
  payment_status TEXT,
  payment_datetime TEXT,
  order_version INTEGER,
  payment_version INTEGER
) STRICT`

/**
 * Writes the cells whose version is greater, or whose version is equal and value greater.
 *
 * A null is the greatest value, as a tombstone is in Cassandra. Cassandra compares the bytes of tied cells as unsigned,
 * so a negative number beats a positive one: hence the row value `(cell < 0, cell)`. SQLite compares text bytewise too;
 * there, `cell < 0` would mean `cell < '0'`.
 */
const upsert = (cells: ReadonlyArray<string>, version: string): string =>
  `INSERT INTO orders_payments_facts (order_id, ${cells.join(", ")}, ${version})
VALUES (?, ${cells.map(() => "?").join(", ")}, ?)
ON CONFLICT (order_id) DO UPDATE SET
  ${cells.map((cell) => `${cell} = ${winner(cell, version)}`).join(",\n  ")},
  ${version} = excluded.${version}
WHERE ${version} IS NULL OR excluded.${version} >= ${version}`

const winner = (cell: string, version: string): string =>
  `iif(${version} IS NULL OR excluded.${version} > ${version} OR excluded.${cell} IS NULL OR ` +
  `${rank(`excluded.${cell}`)} > ${rank(cell)}, excluded.${cell}, ${cell})`

const rank = (cell: string): string => `(typeof(${cell}) <> 'text' AND ${cell} < 0, ${cell})`

/** Parameters: order id, the seven other order cells, version. */
export const upsertOrder = upsert(orderColumns, "order_version")

/** Parameters: order id, the five payment cells, version. */
export const upsertPayment = upsert(paymentColumns, "payment_version")

/** The whole row of an order id. */
export const readFact = `SELECT ${factColumns.join(", ")} FROM orders_payments_facts WHERE order_id = ?`

/** The orders in whose rows a payment is. */
export const readOrdersOfPayment = `SELECT order_id FROM orders_payments_facts WHERE payment_id = ?`

/** What stands in the row of an order id, with its versions. */
export const readState = `SELECT coalesce(${orderColumns.join(", ")}) IS NOT NULL AS order_exists, ${paymentColumns.join(", ")},
  order_version, payment_version
FROM orders_payments_facts WHERE order_id = ?`

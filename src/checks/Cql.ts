/** Names as CQL takes them, for commands that people copy. */

/** A name, quoted where it would mean another otherwise. */
export const identifier = (name: string): string =>
  /^[a-z][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`

/** A table's name with its keyspace's. */
export const tableName = (keyspace: string, table: string): string =>
  `${identifier(keyspace)}.${identifier(table)}`

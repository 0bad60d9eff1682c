/** Checks of what the role may do: to read and to write the tables. */
import { Result } from "effect"
import type { Grant, RoleRights } from "../cassandra/ServerState.ts"
import type { CassandraReading } from "./CassandraReading.ts"
import type { Check, CheckCode, Judgement, Problem } from "./Check.ts"
import { identifier, tableName } from "./Cql.ts"
import { notMade } from "./SchemaChecks.ts"

/** The checks of rights. */
export const rightsChecks: ReadonlyArray<Check<CassandraReading>> = [
  mayDo("CF-301", "SELECT", "read"),
  mayDo("CF-302", "MODIFY", "write to")
]

function mayDo(code: CheckCode, permission: string, verb: string): Check<CassandraReading> {
  return {
    code,
    group: "rights",
    title: `the role may ${verb} the tables`,
    needs: ["CF-201"],
    judge: (reading) => {
      const { rights } = reading
      // Who need not log in may do everything.
      if (rights === undefined) return []
      if (Result.isFailure(rights)) return isUnrestricted(reading) ? [] : notMade(rights.failure)
      return judgeGrants(reading, rights.success, permission, verb)
    }
  }
}

const judgeGrants = (
  { plan }: CassandraReading,
  { grants, isSuperuser }: RoleRights,
  permission: string,
  verb: string
): Judgement => {
  if (isSuperuser) return []
  const lacking = [...plan.tables.keys()].filter((table) => !covers(grants, permission, plan.keyspace, table))
  const strange = grants.find(({ resource }) => !resourceOfCassandra.test(resource))
  if (lacking.length > 0 && strange !== undefined) {
    return { notMade: `rights are written in another way here: ${strange.resource}` }
  }
  const role = plan.role ?? ""
  return lacking.map((table): Problem => {
    const name = tableName(plan.keyspace, table)
    return {
      severity: "fatal",
      found: `role ${role} may not ${verb} ${name}`,
      expected: `${permission} on the table, its keyspace or all keyspaces`,
      remedy: `GRANT ${permission} ON TABLE ${name} TO ${identifier(role)}`
    }
  })
}

/** **Source**: `DataResource`, `RoleResource`, `FunctionResource` and `JMXResource` of Cassandra 5.0. */
const resourceOfCassandra =
  /^<(?:all (?:keyspaces|roles|functions|mbeans|(?:tables|functions) in .+)|(?:keyspace|table|role|function|mbean) .+)>$/

const covers = (
  grants: ReadonlyArray<Grant>,
  permission: string,
  keyspace: string,
  table: string
): boolean => {
  const wide = new Set([
    "<all keyspaces>",
    `<keyspace ${keyspace}>`,
    `<all tables in ${keyspace}>`,
    `<table ${keyspace}.${table}>`
  ])
  return grants.some((grant) => grant.permission === permission && wide.has(grant.resource))
}

/** Whether the cluster gives everybody every right. */
const isUnrestricted = ({ settings }: CassandraReading): boolean =>
  Result.isSuccess(settings) && /AllowAllAuthorizer/.test(settings.success.get("authorizer") ?? "")

/** Checks of what the role may do: to read and to write the tables. */
import { Result } from "effect"
import type { Grant, RoleRights } from "../cassandra/ServerState.ts"
import type { CassandraPlan, CassandraReading } from "./CassandraReading.ts"
import type { Check, Judgement, Problem } from "./Check.ts"
import { identifier, tableName } from "./Cql.ts"
import { notMade, type Reading } from "./Reading.ts"

const mayRead: Check<CassandraReading> = {
  code: "CF-301",
  group: "cassandra",
  title: "the role may read the tables",
  worst: "fatal",
  remedy: "`GRANT SELECT ON TABLE … TO …`",
  needs: ["CF-201"],
  judge: (reading) =>
    whenRestricted(reading, (rights) =>
      Result.isFailure(rights)
        ? notMade(rights.failure)
        : judgeGrants(reading, rights.success, "SELECT", (_, isGranted) => isGranted)
    )
}

const mayWrite: Check<CassandraReading> = {
  code: "CF-302",
  group: "cassandra",
  title: "the role may write to the tables",
  worst: "fatal",
  remedy: "`GRANT MODIFY ON TABLE … TO …`",
  needs: ["CF-201"],
  judge: (reading) =>
    whenRestricted(reading, (rights) => {
      const { emptyWrite, plan } = reading
      const isDenied = Result.isFailure(emptyWrite) && emptyWrite.failure.why === "forbidden"
      if (Result.isSuccess(rights)) {
        const isKnown = isDenied || Result.isSuccess(emptyWrite)
        return judgeGrants(reading, rights.success, "MODIFY", (table, isGranted) =>
          isKnown && table === plan.factTable ? !isDenied : isGranted
        )
      }
      if (isDenied) return [lacking(plan, "MODIFY", plan.factTable)]
      return Result.isSuccess(emptyWrite) ? [] : notMade(rights.failure)
    })
}

/** Who need not log in, and whoever asks a cluster without authorization, may do everything. */
const whenRestricted = (
  reading: CassandraReading,
  judge: (rights: Reading<RoleRights>) => Judgement
): Judgement => {
  const { rights } = reading
  if (rights === undefined || (Result.isFailure(rights) && isUnrestricted(reading))) return []
  return judge(rights)
}

const judgeGrants = (
  { plan }: CassandraReading,
  { grants, isSuperuser }: RoleRights,
  permission: Permission,
  isAllowed: (table: string, isGranted: boolean) => boolean
): Judgement => {
  if (isSuperuser) return []
  const denied = [...plan.tables.keys()].filter(
    (table) => !isAllowed(table, covers(grants, permission, plan.keyspace, table))
  )
  const strange = grants.find(({ resource }) => !resourceOfCassandra.test(resource))
  if (denied.length > 0 && strange !== undefined) {
    return { notMade: `rights are written in another way here: ${strange.resource}` }
  }
  return denied.map((table) => lacking(plan, permission, table))
}

type Permission = "SELECT" | "MODIFY"

const lacking = ({ keyspace, role = "" }: CassandraPlan, permission: Permission, table: string): Problem => {
  const name = tableName(keyspace, table)
  return {
    severity: "fatal",
    found: `role ${role} may not ${permission === "SELECT" ? "read" : "write to"} ${name}`,
    expected: `${permission} on the table, its keyspace or all keyspaces`,
    remedy: `GRANT ${permission} ON TABLE ${name} TO ${identifier(role)}`
  }
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

/** The checks of rights. */
export const rightsChecks: ReadonlyArray<Check<CassandraReading>> = [mayRead, mayWrite]

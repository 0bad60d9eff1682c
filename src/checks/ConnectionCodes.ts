/** The codes of what keeps a client from its cluster; what was found is the error's own message. */
import type { CassandraReason } from "../cassandra/CassandraError.ts"
import type { CheckCode } from "./Check.ts"

/** The code of a reason; none for one that says nothing about how the cluster is set up. */
const codes: Readonly<Partial<Record<CassandraReason["_tag"], CheckCode>>> = {
  Unreachable: "CF-101",
  TlsRequired: "CF-102",
  ClientCertificateRefused: "CF-103",
  TlsFailed: "CF-104",
  BadCredentials: "CF-105",
  WrongDataCenter: "CF-106",
  KeyspaceMissing: "CF-107",
  TableMissing: "CF-201",
  Unauthorized: "CF-301"
}

/** The code of a failure to connect, or of the first statement; undefined where it is none of set-up. */
export const connectionCode = ({ _tag }: Pick<CassandraReason, "_tag">): CheckCode | undefined => codes[_tag]

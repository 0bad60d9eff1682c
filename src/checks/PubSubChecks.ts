/** The checks of Pub/Sub, in the order of reports. */
import { type Check, type CheckResult, judge } from "./Check.ts"
import { deliveryChecks } from "./DeliveryChecks.ts"
import { keepingChecks } from "./KeepingChecks.ts"
import { permissionChecks } from "./PermissionChecks.ts"
import type { PubSubReading } from "./PubSubReading.ts"
import { resourceChecks } from "./ResourceChecks.ts"

/** The checks of a Pub/Sub that answers, by their codes. */
export const pubSubChecks: ReadonlyArray<Check<PubSubReading>> = [
  ...resourceChecks,
  ...deliveryChecks,
  ...keepingChecks,
  ...permissionChecks
].toSorted((one, other) => (one.code < other.code ? -1 : 1))

/** Judges what was read. Pure. */
export const judgePubSub = (reading: PubSubReading): ReadonlyArray<CheckResult> =>
  judge(pubSubChecks, reading)

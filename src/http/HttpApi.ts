/** Serves health and metrics over HTTP. */
import { Context, type Effect, type Option } from "effect"
import type { LookUp } from "../telemetry/LookUp.ts"
import type { RowLookUp } from "../telemetry/RowLookUp.ts"
import type { HttpAddress } from "./HttpAddress.ts"

/** What answers look-ups. */
export interface LookUps {
  /** Among the messages that the process holds. */
  readonly held: LookUp
  /** In the fact table. */
  readonly rows: RowLookUp
}

/**
 * Serves `/live`, `/ready`, `/health`, `/metrics` and `/lookup`, and says where.
 *
 * **Shape**: `/live` answers 200 while the event loop turns and no watchdog complains, else 503 and what stands still;
 * `/ready` 200 or 503, one line per part; `/health` 200 always, JSON: `{ready, parts: {NAME: {state, reason, remedy,
 * since}}, watermarkBehindSeconds, heldUpBy, lastRedrive, saturation: {share, by}, streams: {NAME: a StreamAccount},
 * longestWaitSeconds}`, null where there is nothing to say
 * (`heldUpBy`: `{process, reason, since}`; `lastRedrive`, of `DLQ_REDRIVE_INTERVAL`: `{ended, at, seconds, through, stay}`);
 * `/metrics` Prometheus' text format; `POST /lookup` as `lookUpRoute` says; `/` names these paths.
 */
export class HttpApi extends Context.Service<
  HttpApi,
  {
    /** None when HTTP is off. */
    readonly address: Option.Option<HttpAddress>
    /** From now on look-ups are answered by these; before, with 503. */
    readonly answerLookUps: (lookUps: LookUps) => Effect.Effect<void>
  }
>()("counterfoil/http/HttpApi") {}

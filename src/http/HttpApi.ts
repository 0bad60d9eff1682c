/** Serves health and metrics over HTTP. */
import { Context, type Option } from "effect"
import type { HttpAddress } from "./HttpAddress.ts"

/**
 * Serves `/live`, `/ready`, `/health` and `/metrics`, and says where.
 *
 * **Shape**: `/live` answers 200 while the event loop turns and no watchdog complains, else 503 and what stands still;
 * `/ready` 200 or 503, one line per part; `/health` 200 always, JSON: `{ready, parts: {NAME: {state, reason, remedy,
 * since}}, watermarkBehindSeconds, heldUpBy, saturation: {share, by}}`, null where there is nothing to say (`heldUpBy`:
 * `{process, reason, since}`); `/metrics` Prometheus' text format; `/` names these paths.
 */
export class HttpApi extends Context.Service<
  HttpApi,
  {
    /** None when HTTP is off. */
    readonly address: Option.Option<HttpAddress>
  }
>()("counterfoil/http/HttpApi") {}

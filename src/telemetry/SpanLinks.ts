/** Links from a span to the traces in which messages were published. */
import { Tracer } from "effect"
import type { Delivery } from "../pubsub/Message.ts"
import { spanLinksMax } from "./Limits.ts"

/** Links of one span. */
export interface SpanLinks {
  readonly links: Array<Tracer.SpanLink>
  /** How many more there would be without the limit. */
  readonly dropped: number
}

/**
 * Links to the span that published each message, where its attributes tell one: `traceparent`, which the publisher set
 * itself, else `googclient_traceparent`, which Google's client libraries set.
 *
 * **Shape**: one link for messages of one span, with the id of the first.
 * **Guarantee**: at most {@link spanLinksMax} (G6); total, whatever the attributes.
 */
export const spanLinks = (deliveries: ReadonlyArray<Delivery>): SpanLinks => {
  const links: Array<Tracer.SpanLink> = []
  const seen = new Set<string>()
  for (const { attributes, messageId } of deliveries) {
    const span = parentIn(attributes["traceparent"]) ?? parentIn(attributes["googclient_traceparent"])
    if (span === undefined) continue
    const key = span.traceId + span.spanId
    if (seen.has(key)) continue
    seen.add(key)
    if (links.length < spanLinksMax) links.push({ span, attributes: { "messaging.message.id": messageId } })
  }
  return { links, dropped: seen.size - links.length }
}

/** Effect's own reader takes headers, and five times as long. **Source**: W3C, "Trace Context", `traceparent`. */
const parentIn = (traceparent: string | undefined): Tracer.ExternalSpan | undefined => {
  const [, traceId, spanId, flags] = (traceparent && form.exec(traceparent)) || []
  if (traceId === undefined || spanId === undefined || isZero(traceId) || isZero(spanId)) return undefined
  return Tracer.externalSpan({ traceId, spanId, sampled: (Number.parseInt(flags ?? "", 16) & 1) === 1 })
}

const form = /^00-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})$/

const isZero = (id: string): boolean => /^0+$/.test(id)

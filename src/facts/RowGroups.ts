/** Groups what belongs into one request: few rows and small ones, all held by the host that gets them. */

/** How large a group may be, and what is known of an element. */
export interface Grouping<A, H> {
  readonly maxRows: number
  readonly maxBytes: number
  readonly bytesOf: (element: A) => number
  /** The host to send it to; undefined where any will do. */
  readonly hostOf: (element: A) => H | undefined
}

/** What one request takes, and the place of each element in the call. */
export interface RowGroup<A, H> {
  readonly host: H | undefined
  readonly elements: ReadonlyArray<A>
  readonly places: ReadonlyArray<number>
}

/** Puts every element in exactly one group, in the call's order; one over `maxBytes` is alone. */
export const groupRows = <A, H>(
  elements: ReadonlyArray<A>,
  { maxRows, maxBytes, bytesOf, hostOf }: Grouping<A, H>
): ReadonlyArray<RowGroup<A, H>> => {
  const groups: Array<GrowingGroup<A, H>> = []
  const open = new Map<H | undefined, GrowingGroup<A, H>>()
  for (const [place, element] of elements.entries()) {
    const host = hostOf(element)
    const bytes = bytesOf(element)
    const group = open.get(host)
    if (group !== undefined && group.places.length < maxRows && group.bytes + bytes <= maxBytes) {
      group.elements.push(element)
      group.places.push(place)
      group.bytes += bytes
    } else {
      const next = { host, elements: [element], places: [place], bytes }
      groups.push(next)
      // An element that is alone because of its size does not close a group that others still fit in.
      if (bytes <= maxBytes) open.set(host, next)
    }
  }
  return groups
}

interface GrowingGroup<A, H> extends RowGroup<A, H> {
  readonly elements: Array<A>
  readonly places: Array<number>
  bytes: number
}

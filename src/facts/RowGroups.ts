/** Groups what belongs into one request: few rows and small ones, all held by the host that gets them. */

/** How large a group may be, and what is known of an element. */
export interface Grouping<A, H> {
  readonly maxRows: number
  readonly maxBytes: number
  readonly bytesOf: (element: A) => number
  /** The hosts that hold it, the same array where they are the same; undefined where any host will do. */
  readonly hostsOf: (element: A) => ReadonlyArray<H> | undefined
  /** Which of these hosts a new group should be for; undefined where it makes no difference. */
  readonly preferredOf: (hosts: ReadonlyArray<H>) => H | undefined
}

/** What one request takes, and the place of each element in the call. */
export interface RowGroup<A, H> {
  /** The hosts that hold all of it; undefined where any will do. */
  readonly hosts: ReadonlyArray<H> | undefined
  readonly elements: ReadonlyArray<A>
  readonly places: ReadonlyArray<number>
}

/**
 * Puts every element in exactly one group, in the call's order; one over `maxBytes` is alone.
 *
 * An element joins the group of any host that holds it, and that group is then for the hosts that hold all of it. So
 * where every host holds everything, the host is chosen when the group is sent; in a large cluster groups are no
 * smaller than if each element had one host.
 */
export const groupRows = <A, H>(
  elements: ReadonlyArray<A>,
  grouping: Grouping<A, H>
): ReadonlyArray<RowGroup<A, H>> => {
  const { bytesOf, hostsOf, maxBytes, preferredOf } = grouping
  const groups: Array<GrowingGroup<A, H>> = []
  const open = new Map<H | undefined, GrowingGroup<A, H>>()
  for (const [place, element] of elements.entries()) {
    const hosts = hostsOf(element)
    const bytes = bytesOf(element)
    const group = groupWithRoom(open, hosts, bytes, grouping)
    if (group !== undefined) {
      group.elements.push(element)
      group.places.push(place)
      group.bytes += bytes
      if (group.hosts !== hosts) group.hosts = inBoth(group.hosts, hosts)
    } else {
      const next = { hosts, elements: [element], places: [place], bytes }
      groups.push(next)
      const host = hosts === undefined ? undefined : (preferredOf(hosts) ?? hosts[0])
      // An element that is alone because of its size does not close a group that others still fit in.
      if (bytes <= maxBytes) open.set(host, next)
    }
  }
  return groups
}

/** The group of any of these hosts that has room for so many bytes more. */
const groupWithRoom = <A, H>(
  open: ReadonlyMap<H | undefined, GrowingGroup<A, H>>,
  hosts: ReadonlyArray<H> | undefined,
  bytes: number,
  limits: Pick<Grouping<A, H>, "maxRows" | "maxBytes">
): GrowingGroup<A, H> | undefined => {
  for (const host of hosts ?? anyHost) {
    const group = open.get(host)
    const hasRoom = group !== undefined && group.places.length < limits.maxRows
    if (hasRoom && group.bytes + bytes <= limits.maxBytes) return group
  }
  return undefined
}

const anyHost = [undefined]

/** A group's own host is in both: else the element would not have found the group. */
const inBoth = <H>(
  some: ReadonlyArray<H> | undefined,
  others: ReadonlyArray<H> | undefined
): ReadonlyArray<H> | undefined => some?.filter((host) => others?.includes(host) === true)

interface GrowingGroup<A, H> extends RowGroup<A, H> {
  hosts: ReadonlyArray<H> | undefined
  readonly elements: Array<A>
  readonly places: Array<number>
  bytes: number
}

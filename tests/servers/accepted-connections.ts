/** What a server, or the gate before it, knows of its connections. */
export interface Connections {
  /** How many it has accepted so far. */
  readonly accepted: number
  /** How many of them are open. */
  readonly open: number
}

/**
 * How many connections have been accepted, with those of a client's `few` that it has not opened yet: so it grows only
 * by what is opened beyond them, or anew. The global fetch, and what is made of the same parts, takes another for a
 * request that comes in the very turn in which the answer to the last has ended.
 */
export function acceptedBeyond(few: number, { accepted, open }: Connections): number {
  return accepted + Math.max(0, few - open)
}

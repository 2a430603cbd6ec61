/** How wide the columns are that endpoints and checks have in common; 0 for one that a narrow terminal has no room for. */
export interface Columns {
  readonly status: number
  readonly since: number
  readonly latency: number
}

/** Who is how is told on the narrowest terminal, by a sign and a name; since when and how fast on wider ones. */
export function columnsFor(columns: number): Columns {
  return {
    status: columns < 24 ? 1 : columns < 60 ? 10 : 16,
    since: columns < 32 ? 0 : 6,
    latency: columns < 40 ? 0 : 8,
  }
}

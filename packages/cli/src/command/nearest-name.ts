/** The known name closest to a misspelt one, when it is close enough to be meant. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const given = name.toLowerCase()
  // Of short names any two are close to each other.
  let bestDistance = given.length < 3 ? 1 : given.length < 5 ? 1.5 : Math.floor(given.length / 3) + 1.5
  let best: string | undefined
  for (const candidate of known) {
    const other = candidate.toLowerCase()
    const begins = given.length >= 4 && other.startsWith(given)
    const distance = begins ? 1 - 1 / (1 + other.length) ** 2 : editDistance(given, other)
    if (distance >= bestDistance) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

/** Letters to add, to take away, to change, or to exchange with the next. */
function editDistance(a: string, b: string): number {
  let last: readonly number[] = []
  let previous: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1
      const exchanged = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + cost,
          exchanged ? (last[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    last = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

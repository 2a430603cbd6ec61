/**
 * Drops what is kept of names that nobody has any more, once it is more than what is kept of the others: checks come
 * and go at run time, and with workers of other releases.
 */
export function dropUnknown(kept: Map<string, unknown>, names: readonly string[]): void {
  if (kept.size <= 2 * names.length + 8) return
  const known = new Set(names)
  for (const name of kept.keys()) if (!known.has(name)) kept.delete(name)
}

/** A revision as a strong entity tag (RFC 9110, 8.8.3). */
export function tagOf(revision: string): string {
  return `"${revision}"`
}

/** Whether an `If-Match` (RFC 9110, 13.1.1) holds for a revision; weak tags never do. */
export function ifMatch(condition: string, revision: string): boolean {
  const tags = condition.split(',').map((tag) => tag.trim())
  return tags.includes('*') || tags.includes(tagOf(revision))
}

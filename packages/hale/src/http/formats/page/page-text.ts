const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as it may stand between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

/** What an author wrote, apart from its surroundings: Arabic or Hebrew in it turns nothing else around. */
export function foreign(text: string): string {
  return `<bdi>${escaped(text)}</bdi>`
}

/** "8 s", "3 min", "2 h 5 min", "4 days": how long something has been so. */
export function spoken(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`
}

/** A moment as a `time` element that shows `text` and tells the moment itself to pointers and programs. */
export function time(at: number, text: string = exactly(at)): string {
  const iso = new Date(at).toISOString()
  const title = text === exactly(at) ? '' : ` title="${exactly(at)}"`
  return `<time datetime=${iso.slice(0, 19)}Z${title}>${text}</time>`
}

/** "2026-11-22 08:59:10 UTC". */
export function exactly(at: number): string {
  const iso = new Date(at).toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** "a, b and c", or "a, b, c and 4 more" when there are many. */
export function listed(names: readonly string[], most = 3): string {
  const rest = names.length - most
  if (rest > 1) return `${names.slice(0, most).join(', ')} and ${rest} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

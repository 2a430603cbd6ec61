const most = 512

/**
 * A text of somebody else's, fit for a terminal: on one line, without control characters, which move the cursor or set
 * the title, and without those that turn the direction of writing, which make a text look like another.
 */
export function safeText(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined
  const text = String(value)
    .slice(0, 4 * most)
    .replace(/\p{Cc}+|[\u2028\u2029]+/gu, ' ')
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu, '')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (text === '') return undefined
  return text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, '')}…` : text
}

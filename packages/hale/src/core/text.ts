const longestText = 256

/** One line of at most 256 characters without control characters; undefined for anything that is not a string. */
export function boundText(text: unknown): string | undefined {
  if (typeof text !== 'string' || text === '') return undefined
  const cut = text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
  return cut.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ').toWellFormed()
}

/** "500 ms", "1 s", "1.5 s", "2 min": a duration for a sentence. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 120_000) return `${Math.round(ms / 100) / 10} s`
  return `${Math.round(ms / 60_000)} min`
}

/** A range of a file's text: offsets, the end not included. Lines and columns are made of it when it is shown. */
export type Place = readonly [start: number, end: number]

/** `text` in place of what is `at`. */
export interface Edit {
  readonly at: Place
  readonly text: string
}

/** Both count from 1, as editors and SARIF do. */
export interface Position {
  readonly line: number
  readonly column: number
}

export function positionOf(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  let line = 1
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', at + 1)) line++
  return { line, column: before.length - lineStart + 1 }
}

/** `{ line, character }` of a language server's library, both counted from 0. */
export function offsetOf(text: string, { line, character }: { line: number; character: number }): number {
  let start = 0
  for (let passed = 0; passed < line; passed++) {
    const end = text.indexOf('\n', start)
    if (end === -1) return text.length
    start = end + 1
  }
  return Math.min(start + character, text.length)
}

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
  const starts = lineStartsOf(text)
  let low = 0
  let high = starts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
}

let last: { readonly text: string; readonly starts: readonly number[] } = { text: '', starts: [0] }

/** Of the text that was asked for last, since a report goes from finding to finding of one file. */
function lineStartsOf(text: string): readonly number[] {
  if (last.text === text) return last.starts
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  last = { text, starts }
  return starts
}

/** `{ line, character }` of a language server's library, both counted from 0. */
export function offsetOf(text: string, { line, character }: { line: number; character: number }): number {
  const start = lineStartsOf(text)[line]
  return start === undefined ? text.length : Math.min(start + character, text.length)
}

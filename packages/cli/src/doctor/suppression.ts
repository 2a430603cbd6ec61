import type { Place } from './documents/place.ts'

/** `# hale-ignore rule-id, other-id: reason`, or behind `//`: those rules stay silent about the block that follows, or that it is on. */
export interface Suppression {
  readonly place: Place
  readonly rules: readonly string[]
  /** Empty when nobody gave one: then nothing is suppressed. */
  readonly reason: string
  readonly covers: Place
}

const MARK = /(?:#|\/\/)[ \t]*hale-ignore(-file)?\b[ \t]*([^:\n\r]*?)[ \t]*(?::[ \t]*([^\n\r]*?))?[ \t]*$/gm

export function suppressionsIn(text: string): readonly Suppression[] {
  return [...text.matchAll(MARK)].map((found) => {
    const [whole, ofFile, ids = '', reason = ''] = found
    const start = found.index
    return {
      place: [start, start + whole.length],
      rules: ids.split(/[\s,]+/).filter((id) => id !== ''),
      reason: reason.trim(),
      covers: ofFile === undefined ? blockAt(text, start) : [0, text.length],
    }
  })
}

/** The line, and those that belong to it by being further in; for a comment of its own the next line with content. */
function blockAt(text: string, comment: number): Place {
  let start = text.lastIndexOf('\n', comment - 1) + 1
  if (text.slice(start, comment).trim() === '') start = nextContent(text, start)
  const indent = indentOf(lineAt(text, start))
  let end = endOfLine(text, start)
  while (end < text.length) {
    const line = lineAt(text, end + 1)
    if (line.trim() !== '' && indentOf(line) <= indent) break
    end = endOfLine(text, end + 1)
  }
  return [start, end]
}

function nextContent(text: string, from: number): number {
  let start = from
  while (start < text.length) {
    const line = lineAt(text, start).trim()
    if (line !== '' && !line.startsWith('#') && !line.startsWith('//')) return start
    start = endOfLine(text, start) + 1
  }
  return text.length
}

function lineAt(text: string, start: number): string {
  return text.slice(start, endOfLine(text, start))
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

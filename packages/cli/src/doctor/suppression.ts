import type { Place } from './documents/place.ts'

/** `# hale-ignore rule-id, other-id: reason`, or behind `//`: those rules stay silent about the block that follows, or that it is on. */
export interface Suppression {
  readonly place: Place
  readonly rules: readonly string[]
  /** Empty when nobody gave one: then nothing is suppressed. */
  readonly reason: string
  readonly covers: Place
}

const MARK = /(?:#|\/\/)[ \t]*hale-ignore(-file)?\b([^\n\r]*)/g

export function suppressionsIn(text: string): readonly Suppression[] {
  const marks = [...text.matchAll(MARK)]
  const blocks = marks.length === 0 ? [] : blocksIn(text)
  let line = 0
  return marks.map((found) => {
    const [whole, ofFile, said = ''] = found
    const start = found.index
    while ((blocks[line + 1]?.start ?? text.length) <= start) line++
    const colon = said.indexOf(':')
    return {
      place: [start, start + whole.length],
      rules: (colon === -1 ? said : said.slice(0, colon)).split(/[\s,]+/).filter((id) => id !== ''),
      reason: colon === -1 ? '' : said.slice(colon + 1).trim(),
      covers: ofFile === undefined ? (blocks[line]?.covers ?? [0, 0]) : [0, text.length],
    }
  })
}

interface Block {
  readonly start: number
  /** The line, and those that belong to it by being further in; for a comment of its own the next line with content. */
  readonly covers: Place
}

/** Of every line: from the last to the first, so that each is looked at once, however many comments there are. */
function blocksIn(text: string): readonly Block[] {
  const blocks: Block[] = []
  let end = text.length
  let covers: Place = [end, end]
  /** Below, each further out than those that follow it here. */
  const ends: { readonly indent: number; readonly start: number }[] = []
  for (const line of text.split('\n').toReversed()) {
    const start = end - line.length
    const content = line.trimStart()
    if (content !== '') {
      const indent = line.length - content.length
      while ((ends.at(-1)?.indent ?? 0) > indent) ends.pop()
      if (!/^(?:#|\/\/)/.test(content)) covers = [start, (ends.at(-1)?.start ?? text.length + 1) - 1]
      ends.push({ indent, start })
    }
    blocks.push({ start, covers })
    end = start - 1
  }
  return blocks.toReversed()
}

import type { HaproxyLine, HaproxySection, HaproxyWord } from './haproxy-section.ts'
import { wordAfter } from './haproxy-section.ts'

const SECTIONS = new Set(
  'global defaults frontend backend listen peers resolvers userlist mailers cache program ring http-errors log-forward fcgi-app traces crt-store log-profile acme'.split(
    ' ',
  ),
)

/** The sections of a file in order, each with the defaults that hold for it. */
export function sectionsIn(text: string): readonly HaproxySection[] {
  const sections: (HaproxySection & { lines: HaproxyLine[] })[] = []
  for (const line of linesIn(text)) {
    const [first, second] = line.words
    if (first === undefined || !SECTIONS.has(first.text)) {
      sections.at(-1)?.lines.push(line)
      continue
    }
    const defaults = defaultsFor(first.text, wordAfter(line, 'from')?.text, sections)
    sections.push({
      type: first.text,
      name: second === undefined || second.text === 'from' ? '' : second.text,
      place: line.place,
      lines: [],
      ...(defaults && { defaults }),
    })
  }
  return sections
}

/** Those that are named, else the last before; defaults have some of their own only by name. */
function defaultsFor(
  type: string,
  from: string | undefined,
  before: readonly HaproxySection[],
): HaproxySection | undefined {
  if (from === undefined && type === 'defaults') return undefined
  if (!['defaults', 'frontend', 'backend', 'listen'].includes(type)) return undefined
  return before.findLast((one) => one.type === 'defaults' && (from === undefined || one.name === from))
}

function linesIn(text: string): readonly HaproxyLine[] {
  const lines: HaproxyLine[] = []
  for (const found of text.matchAll(/[^\n]+/g)) {
    const words = wordsIn(found[0], found.index)
    const [first, last] = [words[0], words.at(-1)]
    if (first && last) lines.push({ words, place: [first.place[0], last.place[1]] })
  }
  return lines
}

/** Blanks separate, unless quoted or behind a backslash; `#` begins a comment. */
function wordsIn(line: string, start: number): readonly HaproxyWord[] {
  const words: HaproxyWord[] = []
  for (const found of line.matchAll(/(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s#"'\\\uFEFF])+|#.*/g)) {
    if (found[0].startsWith('#')) break
    const text = found[0].replace(/\\(.)/g, '$1').replace(/["']/g, '')
    const at = start + found.index
    words.push({ text, place: [at, at + found[0].length] })
  }
  return words
}

import type { Asking, Expectation, Question } from './asking.ts'
import type { HaproxyDocument } from './document.ts'
import { durationFrom, type Figure } from './figure.ts'
import {
  type HaproxyLine,
  type HaproxySection,
  type HaproxyWord,
  lineOf,
  linesOf,
  wordAfter,
} from './haproxy-section.ts'
import type { Edit } from './place.ts'
import type { SourceFile } from './source-file.ts'

const SECTIONS = new Set(
  'global defaults frontend backend listen peers resolvers userlist mailers cache program ring http-errors log-forward fcgi-app'.split(
    ' ',
  ),
)

export function isHaproxy(text: string): boolean {
  return (
    /^(?:backend|listen|frontend)[ \t]+\S+/m.test(text) && !/^[ \t]*(?:server|upstream)[^\n]*\{/m.test(text)
  )
}

export function haproxyDocument(file: SourceFile): HaproxyDocument {
  const sections = sectionsOf(file.text)
  const askings = sections
    .filter(({ type }) => type === 'backend' || type === 'listen')
    .flatMap((section) => askingOf(section, file.text))
  return { kind: 'haproxy', file, sections, askings }
}

function sectionsOf(text: string): readonly HaproxySection[] {
  const sections: (HaproxySection & { lines: HaproxyLine[] })[] = []
  for (const line of linesIn(text)) {
    const [first, second] = line.words
    if (first === undefined || !SECTIONS.has(first.text)) {
      sections.at(-1)?.lines.push(line)
      continue
    }
    const from = wordAfter(line, 'from')?.text
    const defaults = sections.findLast(
      ({ type, name }) => type === 'defaults' && (from === undefined || name === from),
    )
    const takesOver = first.text !== 'global' && first.text !== 'defaults' && defaults !== undefined
    sections.push({
      type: first.text,
      name: second?.text ?? '',
      place: line.place,
      lines: [],
      ...(takesOver && { defaults }),
    })
  }
  return sections
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
  for (const found of line.matchAll(/(?:\\.|"(?:\\.|[^"])*"|'[^']*'|[^\s#"'\\])+|#.*/g)) {
    if (found[0].startsWith('#')) break
    const text = found[0].replace(/\\(.)/g, '$1').replace(/["']/g, '')
    const at = start + found.index
    words.push({ text, place: [at, at + found[0].length] })
  }
  return words
}

/** How `option httpchk` and `http-check` ask; without either it is a connection. */
function askingOf(section: HaproxySection, text: string): readonly Asking[] {
  const servers = linesOf(section, 'server').filter((line) =>
    line.words.some((word) => word.text === 'check'),
  )
  const option = lineOf(section, 'option', 'httpchk')
  if (option === undefined || linesOf(section, 'server').length === 0) return []
  const expects = expectationOf(section)
  const byDefault = lineOf(section, 'default-server')
  const inter = intervalOf(section, servers, byDefault)
  return [
    {
      role: 'balancer',
      subject: `option httpchk of ${section.type} ${section.name}`,
      place: option.place,
      question: questionOf(section, option),
      interval: inter,
      timeout: timeoutOf(section, option, inter, text),
      failures:
        wordFigure('fall', servers, byDefault, 3, (word) => Number(word)) ?? absent('fall', option, 3),
      ...(expects && { expects }),
    },
  ]
}

/** `option httpchk [METHOD] URI [VERSION]`, which `http-check send` overrules. */
function questionOf(section: HaproxySection, option: HaproxyLine): Question {
  const sent = lineOf(section, 'http-check', 'send')
  const given = option.words.slice(2)
  const uri = wordAfter(sent, 'uri') ?? (given.length === 1 ? given[0] : given[1])
  return {
    kind: 'http',
    path: uri?.text ?? '/',
    place: (uri ?? option).place,
    changePath: (to) => uri && [{ at: uri.place, text: to }],
  }
}

function intervalOf(
  section: HaproxySection,
  servers: readonly HaproxyLine[],
  byDefault: HaproxyLine | undefined,
): Figure {
  const found = wordFigure('inter', servers, byDefault, 2000, durationFrom)
  return found ?? absent('inter', servers[0] ?? section, 2000)
}

/** The least of what servers, else their defaults, state. */
function wordFigure(
  key: string,
  servers: readonly HaproxyLine[],
  byDefault: HaproxyLine | undefined,
  otherwise: number,
  read: (text: string) => number | undefined,
): Figure | undefined {
  const stated = [...servers, ...(byDefault ? [byDefault] : [])].flatMap((line) => wordAfter(line, key) ?? [])
  const [least] = stated.toSorted((a, b) => (read(a.text) ?? otherwise) - (read(b.text) ?? otherwise))
  if (least === undefined) return undefined
  return { name: key, stated: true, place: least.place, value: read(least.text) }
}

function absent(name: string, at: { readonly place: Figure['place'] }, value: number): Figure {
  return { name, stated: false, place: at.place, value }
}

/** Without a timeout of its own a check has until the next one. */
function timeoutOf(section: HaproxySection, option: HaproxyLine, inter: Figure, text: string): Figure {
  const line = lineOf(section, 'timeout', 'check')
  const word = line?.words[2]
  if (word === undefined) {
    const lineStart = text.lastIndexOf('\n', option.place[0]) + 1
    const indent = text.slice(lineStart, option.place[0])
    return {
      ...inter,
      name: inter.stated ? 'inter' : 'timeout check, as inter,',
      change: (ms) => [
        { at: [lineStart, lineStart], text: `${indent}timeout check ${Math.ceil(ms / 1000)}s\n` },
      ],
    }
  }
  return {
    name: 'timeout check',
    stated: true,
    place: word.place,
    value: durationFrom(word.text),
    change: (ms): readonly Edit[] => [{ at: word.place, text: `${Math.ceil(ms / 1000)}s` }],
  }
}

/** `http-check expect [!] status|rstatus|string|rstring …`; without one 2xx and 3xx are good. */
function expectationOf(section: HaproxySection): Expectation | undefined {
  const line = lineOf(section, 'http-check', 'expect')
  const words = line?.words.slice(2).map(({ text }) => text) ?? []
  if (line === undefined || words.includes('!')) return undefined
  const textAfter = (key: string): string | undefined => {
    const at = words.indexOf(key)
    return at === -1 ? undefined : words.slice(at + 1).join(' ')
  }
  const stated = line.words.map(({ text }) => text).join(' ')
  const status = textAfter('status')
  if (status !== undefined) {
    const ranges = status.split(',').map((part) => part.split('-').map(Number))
    const accepts = (code: number): boolean =>
      ranges.some(([low = 0, high = low]) => code >= low && code <= high)
    const word = wordAfter(line, 'status')
    const acceptAlso200 = (): readonly Edit[] => (word ? [{ at: word.place, text: `200,${word.text}` }] : [])
    return { place: line.place, stated, accepts, acceptAlso200 }
  }
  const pattern = textAfter('rstatus')
  if (pattern !== undefined) {
    const expression = expressionFrom(pattern)
    return expression
      ? { place: line.place, stated, accepts: (code) => expression.test(String(code)) }
      : undefined
  }
  const text = textAfter('string')
  return text === undefined ? undefined : { place: line.place, stated, text }
}

function expressionFrom(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}

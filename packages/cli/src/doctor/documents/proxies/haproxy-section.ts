import type { Place } from '../place.ts'

export interface HaproxyWord {
  readonly text: string
  readonly place: Place
}

export interface HaproxyLine {
  readonly words: readonly HaproxyWord[]
  /** From the first word to the last. */
  readonly place: Place
}

/** `backend orders` and what stands in it, with the `defaults` that it takes over. */
export interface HaproxySection {
  readonly type: string
  readonly name: string
  readonly place: Place
  readonly lines: readonly HaproxyLine[]
  /** Of a `defaults` section only where it says `from`: those without begin anew. */
  readonly defaults?: HaproxySection
}

/** Lines that begin with these words. */
export function linesOf(section: HaproxySection, ...words: readonly string[]): readonly HaproxyLine[] {
  return section.lines.filter((line) => words.every((word, at) => line.words[at]?.text === word))
}

/** The last of them counts; without one of its own a section has that of its defaults. */
export function lineOf(section: HaproxySection, ...words: readonly string[]): HaproxyLine | undefined {
  return linesOf(section, ...words).at(-1) ?? (section.defaults && lineOf(section.defaults, ...words))
}

/** The rules of one kind, as `http-check`: those of its defaults only where a section has none. */
export function rulesOf(section: HaproxySection, kind: string): readonly HaproxyLine[] {
  const own = linesOf(section, kind)
  return own.length > 0 || section.defaults === undefined ? own : rulesOf(section.defaults, kind)
}

/**
 * How a section checks: the last `option` that says so, of its own or else of its defaults, since each takes the place
 * of the one before.
 */
export function checkOptionOf(section: HaproxySection): HaproxyLine | undefined {
  const said = section.lines.filter(({ words: [first, second, third] }) =>
    first?.text === 'no' ? isCheck(third?.text) : first?.text === 'option' && isCheck(second?.text),
  )
  const last = said.at(-1)
  if (last === undefined) return section.defaults && checkOptionOf(section.defaults)
  return last.words[0]?.text === 'no' ? undefined : last
}

function isCheck(option = ''): boolean {
  return /chk$|-check$/.test(option)
}

/** The word behind `key`. */
export function wordAfter(line: HaproxyLine | undefined, key: string): HaproxyWord | undefined {
  const at = line?.words.findIndex(({ text }) => text === key) ?? -1
  return at === -1 ? undefined : line?.words[at + 1]
}

export function hasWord(line: HaproxyLine, word: string): boolean {
  return line.words.some(({ text }) => text === word)
}

/** `backend orders`, `defaults`. */
export function titleOf({ type, name }: HaproxySection): string {
  return `${type} ${name}`.trim()
}

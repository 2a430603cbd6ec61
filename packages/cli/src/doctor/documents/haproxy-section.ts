import type { Place } from './place.ts'

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

/** The word behind `key`. */
export function wordAfter(line: HaproxyLine | undefined, key: string): HaproxyWord | undefined {
  const at = line?.words.findIndex(({ text }) => text === key) ?? -1
  return at === -1 ? undefined : line?.words[at + 1]
}

export function hasWord(line: HaproxyLine, word: string): boolean {
  return line.words.some(({ text }) => text === word)
}

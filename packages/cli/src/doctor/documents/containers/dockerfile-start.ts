import type { Instruction } from 'dockerfile-ast'
import { offsetOf, type Place } from '../place.ts'
import type { Start } from '../start.ts'

interface Said {
  readonly keyword: string
  readonly place: Place
  /** Of what follows the keyword. */
  readonly at: Place
  readonly raw: string
  /** Of the exec form. */
  readonly words: readonly string[] | undefined
}

/** What needs no shell, and means the same to none. */
const PLAIN = /^[A-Za-z0-9_./@:,+-][A-Za-z0-9_./@:,+=% -]*$/
const BUILT_IN =
  /^(?:cd|exec|export|source|\.|set|ulimit|umask|eval|command|type|alias|trap|read|npm|npx|yarn|yarnpkg)$/

/** @param stages what is said in the last stage and those that it goes on from, nearest first. */
export function dockerfileStart(
  text: string,
  stages: readonly (readonly Instruction[])[],
  image: string | undefined,
): readonly Start[] {
  const lastOf = (keyword: string): readonly [Said | undefined, number] => {
    const at = stages.findIndex((stage) => stage.some((one) => one.getKeyword() === keyword))
    const found = stages[at]?.findLast((one) => one.getKeyword() === keyword)
    return [found && saidBy(found, text), at]
  }
  const [entry, entryAt] = lastOf('ENTRYPOINT')
  const [said, saidAt] = lastOf('CMD')
  // An entry point forgets the command of what it goes on from.
  const command = entry !== undefined && saidAt > entryAt ? undefined : said
  const [shell] = lastOf('SHELL')
  // To a shell that is the entry point nobody gives the command.
  const at = entry !== undefined && entry.words === undefined ? entry : (command ?? entry)
  if (at === undefined) return []
  const inShell = ({ raw }: Said): readonly string[] => [...(shell?.words ?? ['/bin/sh', '-c']), raw]
  const words =
    at === entry ? (at.words ?? inShell(at)) : [...(entry?.words ?? []), ...(at.words ?? inShell(at))]
  // An entry point would be given what it was not given before.
  const edits = shell === undefined && at === command ? listed(at) : undefined
  return [{ subject: at.keyword, place: at.place, words, image, ...(edits && { edits }) }]
}

function saidBy(instruction: Instruction, text: string): Said {
  const { start, end } = instruction.getRange()
  const place: Place = [offsetOf(text, start), offsetOf(text, end)]
  const keyword = instruction.getKeyword()
  const whole = text.slice(...place)
  const before = /^\S+\s*/.exec(whole)?.[0].length ?? 0
  const raw = whole.slice(before).trimEnd()
  const at: Place = [place[0] + before, place[0] + before + raw.length]
  return { keyword, place, at, raw: raw.replace(/\\\r?\n/g, ' '), words: listIn(raw) }
}

/** The exec form is a JSON list; what is none is given to a shell. */
export function listIn(raw: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(raw.replace(/\\\r?\n/g, ' ').trim())
    return Array.isArray(words) ? words.map(String) : undefined
  } catch {
    return undefined
  }
}

function listed({ raw, at, words }: Said): Start['edits'] {
  const split = raw.split(/\s+/)
  if (words !== undefined || !PLAIN.test(raw)) return undefined
  if (BUILT_IN.test(split[0] ?? '') || /=/.test(split[0] ?? '')) return undefined
  return [{ at, text: `[${split.map((word) => JSON.stringify(word)).join(', ')}]` }]
}

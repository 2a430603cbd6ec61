import { kindOf, type Problems } from '../../errors/problems.ts'
import { matches } from '../judging/matches.ts'

/** A plain value of JSON. */
export type JsonScalar = string | number | boolean | null

/** What a place in a JSON answer must hold. */
export interface JsonExpectation {
  /** Where it is: `components.db.status`, or a list where names hold dots: `['components', 'db.main', 0]`. */
  readonly path: string | readonly (string | number)[]
  /** What it must be, or a list of what it may be. Without it anything but `null` and `false` will do. */
  readonly equals?: JsonScalar | readonly JsonScalar[]
}

/** What headers must be: a text that is meant whole, a match, or `true` when it only must be there. */
export type HeaderExpectations = Readonly<Record<string, string | RegExp | true>>

type JsonRule = (text: string) => boolean
type HeadersRule = (headers: { get(name: string): string | null }) => boolean

/** A rule for the text of a body; undefined when nothing is expected. What is wrong goes to `problems`. */
export function jsonRule(option: string, given: unknown, problems: Problems): JsonRule | undefined {
  if (given === undefined) return undefined
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length === 0) problems.add(option, 'expected at least one place and value, got an empty list')
  const rules = list.map((each, index) =>
    placeRule(list === given ? `${option}[${index}]` : option, each, problems),
  )
  return (text) => {
    let answer: unknown
    try {
      answer = JSON.parse(text)
    } catch {
      return false
    }
    return rules.every((rule) => rule(answer))
  }
}

function placeRule(option: string, given: unknown, problems: Problems): (answer: unknown) => boolean {
  const { path, equals, ...unknown } = problems.object(option, given) as Partial<JsonExpectation>
  problems.knownKeys(option, unknown, ['path', 'equals'])
  const keys = typeof path === 'string' && path !== '' ? path.split('.') : path
  if (!Array.isArray(keys) || keys.length === 0) {
    problems.add(`${option}.path`, `expected a path such as 'components.db.status', got ${kindOf(path)}`)
    return () => false
  }
  const allowed: readonly unknown[] | undefined =
    equals === undefined ? undefined : Array.isArray(equals) ? equals : [equals]
  if (allowed?.some((value) => typeof value === 'object' && value !== null))
    problems.add(`${option}.equals`, 'expected a string, a number, true, false or null, or a list of them')
  return (answer) => {
    const found = placeIn(answer, keys)
    if (allowed === undefined) return found !== undefined && found !== null && found !== false
    return allowed.includes(found)
  }
}

function placeIn(answer: unknown, keys: readonly (string | number)[]): unknown {
  let at = answer
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Record<string | number, unknown>)[key]
  }
  return at
}

/** A rule for the headers of an answer; undefined when nothing is expected. */
export function headersRule(option: string, given: unknown, problems: Problems): HeadersRule | undefined {
  if (given === undefined) return undefined
  const expected = Object.entries(problems.object(option, given))
  const rules = expected.map(([name, value]): HeadersRule => {
    try {
      new Headers().get(name)
    } catch {
      problems.add(`${option}.${name}`, 'expected the name of a header')
      return () => false
    }
    if (value === true) return (headers) => headers.get(name) !== null
    if (typeof value === 'string') return (headers) => headers.get(name) === value
    if (value instanceof RegExp) {
      const isMatch = matches(value)
      return (headers) => isMatch(headers.get(name) ?? '')
    }
    problems.add(`${option}.${name}`, `expected a text, a regular expression or true, got ${kindOf(value)}`)
    return () => false
  })
  return (headers) => rules.every((rule) => rule(headers))
}

import { headersRule, jsonRule } from '../check-parts/http/answer-rules.ts'
import { matches } from '../check-parts/judging/matches.ts'
import { Problems } from '../errors/problems.ts'
import type { ProbeSettings } from './probe-options.ts'

/** What is expected of an answer, as rules. */
interface BodyRules {
  body(text: string): boolean
  headers(headers: ReadonlyMap<string, string>): boolean
}

/** The rules of options that are in order. */
export function rulesOf({ expectBody, expectJson, expectHeaders }: ProbeSettings): BodyRules {
  const problems = new Problems()
  const json = jsonRule('expectJson', expectJson, problems)
  const headers = headersRule('expectHeaders', expectHeaders, problems)
  const text = textRule(expectBody)
  return {
    body: (said) => text(said) && json?.(said) !== false,
    headers: (given) => headers?.({ get: (name) => given.get(name.toLowerCase()) ?? null }) !== false,
  }
}

/** Whether a text holds what it should. */
export function textRule(expected: string | RegExp | undefined): (text: string) => boolean {
  if (expected === undefined) return () => true
  return typeof expected === 'string' ? (text) => text.includes(expected) : matches(expected)
}

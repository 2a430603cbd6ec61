import type { Expectation, Question } from '../asking.ts'
import type { Edit } from '../place.ts'
import {
  type HaproxyLine,
  type HaproxySection,
  type HaproxyWord,
  hasWord,
  rulesOf,
  wordAfter,
} from './haproxy-section.ts'

/** One exchange of a check: a check may have several, all of which have to go well. */
export interface HaproxyExchange {
  readonly line: HaproxyLine
  readonly question: Question
  readonly expects?: Expectation
}

/** `option httpchk [METHOD] URI [VERSION]` and what `http-check send` and `http-check expect` make of it. */
export function httpExchanges(section: HaproxySection, option: HaproxyLine): readonly HaproxyExchange[] {
  const rules = rulesOf(section, 'http-check')
  const sends = rules.filter(({ words }) => words[1]?.text === 'send')
  const given = option.words.slice(2)
  const byOption = given.length === 1 ? given[0] : given[1]
  const exchanges = sends.length === 0 ? [undefined] : sends
  return exchanges.map((send, at) => {
    const from = send === undefined ? 0 : rules.indexOf(send)
    const next = sends[at + 1]
    const until = next === undefined ? rules.length : rules.indexOf(next)
    // What is expected may be said before what is sent, where there is one of both.
    const among = sends.length < 2 ? rules : rules.slice(from, until)
    const line = among.findLast(({ words }) => words[1]?.text === 'expect')
    const expects = line && expectationOf(line)
    // In a later exchange the URI of the option has no part.
    const uri = wordAfter(send, 'uri') ?? (at === 0 ? byOption : undefined)
    return { line: option, question: asksFor(uri, option), ...(expects && { expects }) }
  })
}

function asksFor(uri: HaproxyWord | undefined, option: HaproxyLine): Question {
  return {
    kind: 'http',
    path: uri?.text ?? '/',
    place: (uri ?? option).place,
    changePath: (to) => uri && [{ at: uri.place, text: to }],
  }
}

/** `tcp-check send GET\ /health\ HTTP/1.0\r\n` is a question by HTTP too. */
export function tcpExchanges(section: HaproxySection, option: HaproxyLine): readonly HaproxyExchange[] {
  const rules = rulesOf(section, 'tcp-check')
  const expected = rules.findLast(({ words }) => words[1]?.text === 'expect')
  const expects = expected && expectationOf(expected)
  const sent = rules.flatMap(({ words }) => (words[1]?.text === 'send' ? words.slice(2) : []))
  const request = sent.find(({ text }) => /^(?:GET|HEAD|OPTIONS)\s/.test(text))
  const path = request?.text.split(/\s+/)[1]
  if (path === undefined || request === undefined) return [{ line: option, question: { kind: 'tcp' } }]
  return [
    {
      line: option,
      // Without an edit: blanks and line ends are escaped there.
      question: { kind: 'http', path, place: request.place },
      ...(expects && { expects }),
    },
  ]
}

/** `http-check expect [!] status|rstatus|string|rstring …`; without one 2xx and 3xx are good. */
function expectationOf(line: HaproxyLine): Expectation | undefined {
  if (hasWord(line, '!')) return undefined
  const words = line.words.slice(2).map(({ text }) => text)
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
  const instead =
    line.words[0]?.text === 'http-check'
      ? 'http-check expect status 200'
      : 'tcp-check expect rstring ^HTTP/1.. 200'
  return text === undefined ? undefined : { place: line.place, stated, text, instead }
}

function expressionFrom(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern)
  } catch {
    return undefined
  }
}

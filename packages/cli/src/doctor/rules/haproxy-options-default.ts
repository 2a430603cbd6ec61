import type { HaproxyDocument } from '../documents/document.ts'
import type { Edit } from '../documents/place.ts'
import {
  checkOptionOf,
  type HaproxyLine,
  type HaproxySection,
  hasWord,
  linesOf,
  rulesOf,
  titleOf,
} from '../documents/proxies/haproxy-section.ts'
import type { Finding, Rule } from '../finding.ts'
import type { KnownService } from '../known-service.ts'

const METHOD = /^(?:GET|HEAD|OPTIONS|POST|PUT)$/

export const haproxyOptionsDefault: Rule = {
  id: 'haproxy-options-default',
  severity: 'warning',
  title: 'HAProxy asks OPTIONS where nothing is said',
  why: 'Without a method HAProxy sends `OPTIONS / HTTP/1.0`, without a Host header. Many services answer that from a framework, with 200 or 404 or 405, which says nothing about their health.',
  examine(document, { service }): readonly Finding[] {
    if (document.kind !== 'haproxy') return []
    const users = usersIn(document)
    return document.sections.flatMap((section) =>
      linesOf(section, 'option', 'httpchk')
        .filter((line) => !METHOD.test(line.words[2]?.text ?? ''))
        .filter((line) => users.get(line)?.some((user) => !saysMethod(user)))
        .map((line) => ({
          place: line.place,
          what: `${titleOf(section)} checks with OPTIONS ${line.words[2]?.text ?? '/'}`,
          evidence: [`${line.words.map(({ text }) => text).join(' ')}: no method is named`],
          fix: `option httpchk GET ${line.words[2]?.text ?? service.profile.readiness.path}, and http-check send … hdr Host for HTTP/1.1`,
          edits: mended(line, section, service),
        })),
    )
  },
}

/** Those that check by a line: its own section, or, if that is one of defaults, whoever says nothing else. */
function usersIn({ sections }: HaproxyDocument): ReadonlyMap<HaproxyLine, readonly HaproxySection[]> {
  const users = new Map<HaproxyLine, HaproxySection[]>()
  for (const section of sections) {
    if (section.type !== 'backend' && section.type !== 'listen') continue
    const line = checkOptionOf(section)
    if (line === undefined) continue
    const those = users.get(line)
    if (those === undefined) users.set(line, [section])
    else those.push(section)
  }
  return users
}

function sentBy(section: HaproxySection): HaproxyLine | undefined {
  return rulesOf(section, 'http-check').find(({ words }) => words[1]?.text === 'send')
}

function saysMethod(section: HaproxySection): boolean {
  const sent = sentBy(section)
  return sent !== undefined && hasWord(sent, 'meth')
}

/** The method alone, unless the path is known: one that is not there would take every server out. */
function mended(
  line: HaproxyLine,
  section: HaproxySection,
  { profile, source }: KnownService,
): readonly Edit[] | undefined {
  const sent = sentBy(section)?.words[1]
  if (sent !== undefined) return [{ at: [sent.place[1], sent.place[1]], text: ' meth GET' }]
  const uri = line.words[2]
  if (uri !== undefined) return [{ at: [uri.place[0], uri.place[0]], text: 'GET ' }]
  if (source === undefined) return undefined
  return [{ at: [line.place[1], line.place[1]], text: ` GET ${profile.readiness.path}` }]
}

import type { HaproxyDocument } from '../documents/document.ts'
import {
  type HaproxyLine,
  type HaproxySection,
  hasWord,
  lineOf,
  linesOf,
} from '../documents/haproxy-section.ts'
import type { Edit } from '../documents/place.ts'
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
    return document.sections.flatMap((section) =>
      linesOf(section, 'option', 'httpchk')
        .filter((line) => !METHOD.test(line.words[2]?.text ?? ''))
        .filter(() => users(section, document).some((user) => !saysMethod(user)))
        .map((line) => ({
          place: line.place,
          what: `${`${section.type} ${section.name}`.trim()} checks with OPTIONS ${line.words[2]?.text ?? '/'}`,
          evidence: [`${line.words.map(({ text }) => text).join(' ')}: no method is named`],
          fix: `option httpchk GET ${line.words[2]?.text ?? service.profile.readiness.path}, and http-check send … hdr Host for HTTP/1.1`,
          edits: mended(line, section, service),
        })),
    )
  },
}

/** The section itself, or for defaults those that take them over. */
function users(section: HaproxySection, { sections }: HaproxyDocument): readonly HaproxySection[] {
  return section.type === 'defaults' ? sections.filter(({ defaults }) => defaults === section) : [section]
}

function saysMethod(section: HaproxySection): boolean {
  const sent = lineOf(section, 'http-check', 'send')
  return sent !== undefined && hasWord(sent, 'meth')
}

/** The method alone, unless the path is known: one that is not there would take every server out. */
function mended(
  line: HaproxyLine,
  section: HaproxySection,
  { profile, source }: KnownService,
): readonly Edit[] | undefined {
  const sent = lineOf(section, 'http-check', 'send')?.words[1]
  if (sent !== undefined) return [{ at: [sent.place[1], sent.place[1]], text: ' meth GET' }]
  const uri = line.words[2]
  if (uri !== undefined) return [{ at: [uri.place[0], uri.place[0]], text: 'GET ' }]
  if (source === undefined) return undefined
  return [{ at: [line.place[1], line.place[1]], text: ` GET ${profile.readiness.path}` }]
}

import {
  type HaproxyLine,
  type HaproxySection,
  hasWord,
  lineOf,
  linesOf,
} from '../documents/haproxy-section.ts'
import type { Finding, Rule } from '../finding.ts'

const CHECKED = ['check', 'agent-check', 'track', 'disabled']

export const haproxyUncheckedServer: Rule = {
  id: 'haproxy-unchecked-server',
  severity: 'error',
  title: 'A server that is never checked',
  why: '`option httpchk` says how to ask; only `check` on a server makes HAProxy ask it. Without it the server counts as up for ever, and gets its share of the requests while it is down.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'haproxy') return []
    return document.sections.flatMap((section) => {
      const asked = linesOf(section, 'option').find(({ words }) => /chk$|-check$/.test(words[1]?.text ?? ''))
      const byDefault = lineOf(section, 'default-server')
      if (asked === undefined || (byDefault && isChecked(byDefault))) return []
      return servers(section)
        .filter((line) => !isChecked(line))
        .map((line) => ({
          place: line.place,
          what: `server ${line.words[1]?.text ?? ''} of ${section.type} ${section.name} is never checked`,
          evidence: [`${asked.words.map(({ text }) => text).join(' ')}, and a server without check`],
          fix: 'add check to the server, or to a default-server line',
          edits: [{ at: [line.place[1], line.place[1]] as const, text: ' check' }],
        }))
    })
  },
}

function servers(section: HaproxySection): readonly HaproxyLine[] {
  return [...linesOf(section, 'server'), ...linesOf(section, 'server-template')]
}

function isChecked(line: HaproxyLine): boolean {
  return CHECKED.some((word) => hasWord(line, word))
}

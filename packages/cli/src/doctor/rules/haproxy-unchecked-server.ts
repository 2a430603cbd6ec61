import { checkOptionOf, type HaproxySection, titleOf } from '../documents/proxies/haproxy-section.ts'
import { type HaproxyServer, isOn, serversOf } from '../documents/proxies/haproxy-servers.ts'
import type { Finding, Rule } from '../finding.ts'

export const haproxyUncheckedServer: Rule = {
  id: 'haproxy-unchecked-server',
  severity: 'error',
  title: 'A server that is never checked',
  why: '`option httpchk` says how to ask; only `check` on a server makes HAProxy ask it. Without it the server counts as up for ever, and gets its share of the requests while it is down.',
  examine(document): readonly Finding[] {
    if (document.kind !== 'haproxy') return []
    return document.sections
      .filter(({ type }) => type === 'backend' || type === 'listen')
      .flatMap((section) => findingsOf(section))
  },
}

function findingsOf(section: HaproxySection): readonly Finding[] {
  const option = checkOptionOf(section)
  if (option === undefined) return []
  const servers = serversOf(section)
  const own = section.lines.includes(option)
  // Defaults are for all: an only server has nobody to take its requests, so that nobody asks it.
  if (!own && servers.length < 2) return []
  return servers.filter(isUnchecked).map(({ name, line }) => ({
    place: line.place,
    ...(!own && { severity: 'warning' as const }),
    what: `server ${name} of ${titleOf(section)} is never checked`,
    evidence: [
      `${option.words.map(({ text }) => text).join(' ')}${own ? '' : ' (of its defaults)'}, and a server without check`,
    ],
    fix: 'add check to the server, or to a default-server line above it',
    edits: [{ at: [line.place[1], line.place[1]] as const, text: ' check' }],
  }))
}

/** Who has written `no-check` means it. */
function isUnchecked(server: HaproxyServer): boolean {
  if (isOn(server, 'check') !== undefined || isOn(server, 'agent-check') === true) return false
  return !server.said.some(({ words }) => words.some(({ text }) => text === 'track' || text === 'disabled'))
}

import type { Asking } from '../asking.ts'
import type { HaproxyDocument } from '../document.ts'
import { durationFrom, type Figure } from '../figure.ts'
import type { Edit } from '../place.ts'
import type { SourceFile } from '../source-file.ts'
import { httpExchanges, tcpExchanges } from './haproxy-questions.ts'
import { checkOptionOf, type HaproxyLine, type HaproxySection, lineOf, titleOf } from './haproxy-section.ts'
import { type HaproxyServer, isOn, serversOf, settingOf } from './haproxy-servers.ts'
import { sectionsIn } from './haproxy-text.ts'

export function isHaproxy(text: string): boolean {
  return (
    (/^\uFEFF?(?:backend|listen|frontend)[ \t]+\S+/m.test(text) ||
      (/^\uFEFF?global[ \t]*$/m.test(text) && /^defaults\b[^:{=]*$/m.test(text))) &&
    !/^[ \t]*(?:server|upstream)[^\n]*\{/m.test(text)
  )
}

export function haproxyDocument(file: SourceFile): HaproxyDocument {
  const sections = sectionsIn(file.text)
  const askings = sections
    .filter(({ type }) => type === 'backend' || type === 'listen')
    .flatMap((section) => askingsOf(section, file.text))
  return { kind: 'haproxy', file, sections, askings }
}

/** How `option httpchk` and `http-check`, or `tcp-check`, ask; without either it is a connection. */
function askingsOf(section: HaproxySection, text: string): readonly Asking[] {
  const servers = serversOf(section)
  const option = checkOptionOf(section)
  const kind = option?.words[1]?.text
  if (option === undefined || servers.length === 0) return []
  const exchanges =
    kind === 'httpchk'
      ? httpExchanges(section, option)
      : kind === 'tcp-check'
        ? tcpExchanges(section, option)
        : []
  const checked = servers.filter((server) => isOn(server, 'check') === true)
  const at = servers[0]?.line ?? section
  const interval = least('inter', checked, 2000, durationFrom) ?? absent('inter', at, 2000)
  return exchanges.map(({ line, question, expects }) => ({
    role: 'balancer',
    subject: `option ${kind} of ${titleOf(section)}`,
    place: line.place,
    question,
    interval,
    timeout: timeoutOf(section, line, interval, text),
    failures: least('fall', checked, 3, Number) ?? absent('fall', line, 3),
    ...(expects && { expects }),
    ...(servers.every((server) => isOn(server, 'agent-check') === true) && {
      readinessIsToldElsewhere: true,
    }),
  }))
}

/** The least that counts for a server. */
function least(
  key: string,
  servers: readonly HaproxyServer[],
  otherwise: number,
  read: (text: string) => number | undefined,
): Figure | undefined {
  const stated = servers.flatMap((server) => settingOf(server, key) ?? [])
  const [first] = stated.toSorted((a, b) => (read(a.text) ?? otherwise) - (read(b.text) ?? otherwise))
  return first && { name: key, stated: true, place: first.place, value: read(first.text) }
}

function absent(name: string, at: { readonly place: Figure['place'] }, value: number): Figure {
  return { name, stated: false, place: at.place, value }
}

/** Without a timeout of its own a check has until the next one. */
function timeoutOf(section: HaproxySection, option: HaproxyLine, inter: Figure, text: string): Figure {
  const word = lineOf(section, 'timeout', 'check')?.words[2]
  if (word === undefined) {
    const lineStart = text.lastIndexOf('\n', option.place[0]) + 1
    const indent = text.slice(lineStart, option.place[0])
    const newLine = text.includes('\r\n') ? '\r\n' : '\n'
    return {
      ...inter,
      name: inter.stated ? 'inter' : 'timeout check, as inter,',
      change: (ms) => [
        { at: [lineStart, lineStart], text: `${indent}timeout check ${Math.ceil(ms / 1000)}s${newLine}` },
      ],
    }
  }
  return {
    name: 'timeout check',
    stated: true,
    place: word.place,
    value: durationFrom(word.text),
    change: (ms): readonly Edit[] => [{ at: word.place, text: `${Math.ceil(ms / 1000)}s` }],
  }
}

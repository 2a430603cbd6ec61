import {
  type HaproxyLine,
  type HaproxySection,
  type HaproxyWord,
  linesOf,
  wordAfter,
} from './haproxy-section.ts'

/** A server with all that is said of it: `default-server` lines add up, and its own line has the last word. */
export interface HaproxyServer {
  readonly name: string
  readonly line: HaproxyLine
  /** In the order in which they count: what comes later wins. */
  readonly said: readonly HaproxyLine[]
}

/** Those of a section, `server-template` too. */
export function serversOf(section: HaproxySection): readonly HaproxyServer[] {
  const servers: HaproxyServer[] = []
  let defaults = inherited(section)
  for (const line of section.lines) {
    const [keyword, name] = line.words
    // One that follows a server says nothing of it.
    if (keyword?.text === 'default-server') defaults = [...defaults, line]
    else if (keyword?.text === 'server' || keyword?.text === 'server-template') {
      servers.push({ name: name?.text ?? '', line, said: [...defaults, line] })
    }
  }
  return servers
}

function inherited({ defaults }: HaproxySection): readonly HaproxyLine[] {
  return defaults === undefined ? [] : [...inherited(defaults), ...linesOf(defaults, 'default-server')]
}

/** Whether `check`, `agent-check` or another word that `no-` takes back is in force; undefined when nothing is said. */
export function isOn({ said }: HaproxyServer, word: string): boolean | undefined {
  const last = said
    .flatMap(({ words }) => words)
    .findLast(({ text }) => text === word || text === `no-${word}`)
  return last === undefined ? undefined : last.text === word
}

/** The word behind `key` that counts. */
export function settingOf({ said }: HaproxyServer, key: string): HaproxyWord | undefined {
  return said.flatMap((line) => wordAfter(line, key) ?? []).at(-1)
}

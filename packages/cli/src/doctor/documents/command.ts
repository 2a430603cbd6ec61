import type { Edit, Place } from './place.ts'
import type { Located } from './yaml/located.ts'

/** A command that a container runs to see whether it is well. */
export interface Command {
  /** What a shell would be given, whichever way the file writes it. */
  readonly text: string
  readonly place: Place
  /** As it stands in the file. */
  readonly raw: string
  /** How far in it begins. */
  readonly column: number
  /** Whether `raw` is one text for a shell, rather than a list of words. */
  readonly shell: boolean
  /** What it asks, where that can be seen. */
  readonly target?: Target
}

export interface Target {
  /** Empty when the program asks its own machine by default. */
  readonly host: string
  readonly port?: number
  readonly path?: string
}

const URL_IN_TEXT = /\bhttps?:\/\/(\[[0-9a-f:]+\]|[^\s/:'"?]+)(?::(\d+))?([^\s'"|;&<>)]*)/i
/** Programs that ask the server that follows `-h`, and their own machine without it. */
const CLIENT = /\b(?:pg_isready|redis-cli|valkey-cli|mysqladmin|mariadb-admin|mysql|psql)\b/
const HOST_FLAG = /\s(?:-h\s*|--host[= ])["']?([A-Za-z0-9][\w.-]*)/
const PORT_OPEN = /\bnc\s+(?:-\S+\s+(?:\d+\s+)?)*([A-Za-z][\w.-]*)\s+(\d+)/

/** Of a command that is longer the rest is not looked at. */
const MOST_CHARACTERS = 16_384

export function commandOf(
  words: readonly string[],
  at: Pick<Command, 'place' | 'raw' | 'shell'> & { readonly column?: number },
): Command {
  const text = textOf(words).slice(0, MOST_CHARACTERS)
  const target = targetOf(text)
  return { text, column: 0, ...at, ...(target && { target }) }
}

/** From a list of words, or one text, as Kubernetes, compose and ECS have them. */
export function commandAt(node: Located, skip = 0): Command {
  const at = { place: node.valuePlace, raw: node.raw, column: node.column }
  if (!node.isList) return commandOf([node.text ?? ''], { ...at, shell: true })
  const words = node.items.slice(skip).map((item) => item.text ?? '')
  return commandOf(words, { ...at, shell: words.length === 1 })
}

/** `sh -c TEXT` is TEXT, and `sh -ec TEXT` is `set -e; TEXT`. */
function textOf(words: readonly string[]): string {
  const script = words.findIndex((word) => /^-[a-z]*c$/.test(word))
  const shell = /(?:^|\/)(?:ba|da|a|z)?sh$/.test(words[0] ?? '')
  if (!shell || script <= 0) return words.join(' ')
  const stopsAtFailure = /e/.test(words[script] ?? '')
  return `${stopsAtFailure ? 'set -e; ' : ''}${words.slice(script + 1).join(' ')}`
}

function targetOf(text: string): Target | undefined {
  const url = URL_IN_TEXT.exec(text)
  if (url !== null) {
    const [, host = '', port, rest = ''] = url
    const path = rest.startsWith('/') ? rest : `/${rest}`
    return { host, path, ...(port !== undefined && { port: Number(port) }) }
  }
  if (CLIENT.test(text)) return { host: HOST_FLAG.exec(text)?.[1] ?? '' }
  const open = PORT_OPEN.exec(text)
  return open === null ? undefined : { host: open[1] ?? '', port: Number(open[2]) }
}

/** Whether that is the machine it runs on; what holds a variable cannot be told, and is believed. */
export function isOwnHost(host: string): boolean {
  return (
    host === '' ||
    /\$|\{\{/.test(host) ||
    /^(?:localhost|ip6-localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0|\[?::1\]?)$/i.test(host)
  )
}

/** Whether a failing answer of the server becomes a failing command. */
export function hidesFailure({ text }: Command): 'curl' | 'exit' | undefined {
  const end = beforeSuccess(text)
  // A script that fails elsewhere may well end with success.
  const failsBefore = /\bexit\s+["']?(?:[1-9]|\$)/.test(text) || (end !== '||' && /\bset\s+-\w*e/.test(text))
  if (end !== undefined && !failsBefore) return 'exit'
  if (!/\bcurl\s/.test(text)) return undefined
  const curl = text.slice(text.search(/\bcurl\s/))
  // What looks at the status or the body by itself needs no flag.
  if (/http_code|response_code|\|\s*(?:grep|jq|egrep|awk|test)\b|\[\s/.test(text)) return undefined
  return /\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail(?:-with-body)?)(?=\s|$)/.test(curl) ? undefined : 'curl'
}

/** What stands before a last command that never fails. */
function beforeSuccess(text: string): '||' | ';' | '\n' | undefined {
  const script = text.trimEnd().replace(/["']$/, '').trimEnd()
  const at = /(?:exit\s+0|true|:)$/.exec(script)?.index
  if (at === undefined) return undefined
  const before = script.slice(0, at).trimEnd()
  if (before.endsWith('||')) return '||'
  if (before.endsWith(';')) return ';'
  return script.slice(before.length, at).includes('\n') ? '\n' : undefined
}

/** `curl` with `-f`. */
export function withFailFlag({ raw, place, shell, column }: Command): readonly Edit[] | undefined {
  const at = /(["']?)\bcurl\b\1/.exec(raw)
  if (at === null) return undefined
  const start = place[0] + at.index
  const [whole, quote = ''] = at
  const end = start + whole.length
  const word = raw[at.index + whole.length]
  if (shell || word === ' ' || word === '\t') return [{ at: [end, end], text: ' -f' }]
  if (raw.trimStart().startsWith('[')) return [{ at: [end, end], text: `, ${quote}-f${quote}` }]
  const lineStart = raw.lastIndexOf('\n', at.index) + 1
  const line = `${' '.repeat(lineStart === 0 ? column : 0)}${raw.slice(lineStart, at.index)}`
  const before = /^\s*-\s*$/.exec(line) ? line : undefined
  const newLine = raw.includes('\r\n') ? '\r\n' : '\n'
  return before === undefined
    ? undefined
    : [{ at: [end, end], text: `${newLine}${before}${quote}-f${quote}` }]
}

import type { Asking, Expectation } from '../asking.ts'
import type { OtherDocument } from '../document.ts'
import type { Place } from '../place.ts'
import type { SourceFile } from '../source-file.ts'

export function isNagios(text: string): boolean {
  return /^[ \t]*define\s+(?:command|service|host|hostgroup|contact)\s*\{/m.test(text)
}

const COMMAND = /^[ \t]*command_(?:name[ \t]+(\S+)|line[ \t]+([^\r\n]*check_(?:http|curl)\b[^\r\n]*))/gm

/** Commands that run `check_http`; others ask for no health. */
export function nagiosDocument(file: SourceFile): OtherDocument {
  let name = ''
  const askings: Asking[] = []
  for (const { index, 0: whole, 1: named, 2: command } of file.text.matchAll(COMMAND)) {
    if (command === undefined) name = named ?? ''
    else askings.push(...askingOf(command, index + whole.length - command.length, name))
  }
  return { kind: 'other', file, askings }
}

function askingOf(command: string, start: number, name: string): readonly Asking[] {
  const flag = (letters: string): { readonly text: string; readonly place: Place } | undefined => {
    const found = new RegExp(`\\s(?:${letters})[ =]?\\s*('[^']*'|"[^"]*"|[^\\s'"]+)`).exec(command)
    const raw = found?.[1]
    if (found === null || raw === undefined) return undefined
    const at = start + found.index + found[0].length - raw.length
    return { text: raw.replace(/^(["'])(.*)\1$/, '$2'), place: [at, at + raw.length] }
  }
  const url = flag('-u|--url')
  const timeout = flag('-t|--timeout')
  // `negate` turns what is bad into what is good: what is looked for then is not what makes it well.
  const expects = /\bnegate\b/.test(command)
    ? undefined
    : expectationOf(flag('-e|--expect'), flag('-s|--string'))
  const path = url?.text.replaceAll('$$', '$')
  if (url === undefined || path === undefined || /\$ARG\d\$/.test(path)) return []
  return [
    {
      role: 'monitor',
      subject: `command ${name}`.trim(),
      place: url.place,
      question: {
        kind: 'http',
        path,
        place: url.place,
        changePath: (to) => [{ at: url.place, text: `'${to.replaceAll('$', '$$$$')}'` }],
      },
      timeout: {
        name: '-t',
        stated: timeout !== undefined,
        place: (timeout ?? url).place,
        value: timeout === undefined ? 10_000 : Number(timeout.text) * 1000,
        change: (ms) => timeout && [{ at: timeout.place, text: String(Math.ceil(ms / 1000)) }],
      },
      ...(expects && { expects }),
    },
  ]
}

function expectationOf(
  status: { readonly text: string; readonly place: Place } | undefined,
  text: { readonly text: string; readonly place: Place } | undefined,
): Expectation | undefined {
  if (text !== undefined)
    return {
      place: text.place,
      stated: `-s ${text.text}`,
      instead: "-e 'HTTP/1.1 200' in place of -s",
      text: text.text,
    }
  const codes = status?.text.match(/\b\d{3}\b/g)
  if (status === undefined || codes == null) return undefined
  return { place: status.place, stated: `-e ${status.text}`, accepts: (code) => codes.includes(String(code)) }
}

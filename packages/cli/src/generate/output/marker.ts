import { createHash } from 'node:crypto'
import type { GeneratedFile, Language } from '../target.ts'

/** How a line of comment begins; JSON has none, so its files are kept in a record beside them. */
const COMMENT: { readonly [Kind in Language]: string | undefined } = {
  yaml: '#',
  json: undefined,
  hcl: '#',
  bicep: '//',
  ini: '#',
  dockerfile: '#',
  haproxy: '#',
  nginx: '#',
  caddyfile: '#',
  vcl: '#',
  conf: '#',
}

export function commentSign(language: Language): string | undefined {
  return COMMENT[language]
}

/** By which a later run knows that nobody has changed a text since. Line ends do not count: git may convert them. */
export function hashOf(text: string): string {
  return createHash('sha256').update(unixLines(text)).digest('hex')
}

export function unixLines(text: string): string {
  return text.replace(/\r\n/g, '\n')
}

/** The text with a first line that says where it comes from, and what it was. */
export function marked({ text, language }: GeneratedFile, target: string): string {
  const sign = COMMENT[language]
  if (sign === undefined) return text
  return `${sign} Made by \`hale generate ${target}\`; changed by hand, it is not overwritten. sha256:${hashOf(text)}\n${text}`
}

const MARKER = /^(?:#|\/\/) Made by `hale generate [^`]*`.* sha256:([0-9a-f]{64})\n/

/** Whether a text is as it was when it was made; false too when it was never made here. */
export function isUntouched(text: string): boolean {
  const unix = unixLines(text)
  const found = MARKER.exec(unix)
  return found !== null && found[1] === hashOf(unix.slice(found[0].length))
}
